/* SPDX-License-Identifier: MIT */
/* relay-work: the loop, and how it ends. */
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/notify.h"
#include "base/sig.h"
#include "queue/asks.h"
#include "queue/away.h"
#include "queue/feed.h"
#include "queue/tokens.h"
#include "queue/work.h"

enum {
    GRACE = 5000,       /* ms from TERM to KILL, when --kill-after is over */
    BROKEN = 1000,      /* ms from the end of COMMAND's input or output to its own */
    LOOKS = 8,          /* in each ack_wait, at least */
    LAST_WORDS = 10000, /* ms that the engine has to take what COMMAND said before it ended */
};

struct work {
    const struct work_options *o;
    struct pool *pool;
    struct helds helds;
    struct outbox out;
    struct ring ring;
    struct tokens tokens;
    struct away away;
    struct notify notify;
    struct feed feed;
    int signals, slot;
    int64_t
        broken_at;    /* clock_ms() at which a COMMAND that has closed its input or output is ended; 0: not */
    int64_t stop_at;  /* clock_ms() at which what runs is ended; INT64_MAX: not */
    int64_t leave_at; /* … at which the engine is not waited for any longer, once COMMAND has ended */
    bool stopped, broken, cut, over; /* cut: it ends now, whatever is not finished */
};

static void on_stored(void *ctx, struct outbox_lane *lane, const struct parcel *p, bool duplicate)
{
    struct work *w = ctx;
    struct held *d = NULL;
    if (lane != &w->ring.strays)
        d = (struct held *)((char *)lane - offsetof(struct held, lane));
    /* an earlier run has stored it, and its result went there */
    if (duplicate && p->puts == 1 && p->request.len)
        ring_refuse(&w->ring, buf_as_span(&p->request), "stored by an earlier run", true);
    if (p->owner)
        press_stored(p->owner);
    else if (d)
        held_event(d, HOLD_STORED);
}

/* --- the end --- */

/* No message is begun any more; what runs is finished. */
static void stop(struct work *w)
{
    if (w->stopped)
        return;
    w->stopped = w->helds.stopped = true;
    w->stop_at = clock_ms() + w->o->kill_after;
    helds_event(&w->helds, HOLD_STOPPED);
}

/* Ends what is not finished in time. */
static void cut_short(struct work *w)
{
    size_t n = helds_running(&w->helds);
    w->stop_at = INT64_MAX;
    w->cut = true;
    if (n)
        complain("end %s: %zu messages are not finished after %jd s, they go back", w->ring.name, n,
                 (intmax_t)(w->o->kill_after / 1000));
    helds_return(&w->helds);
    if (!n && !w->ring.process.last) { /* only the engine is not ready */
        process_give_last(&w->ring.process);
        w->stop_at = clock_ms() + GRACE;
        return;
    }
    process_stop(&w->ring.process);
}

static void on_signal(struct work *w, int number)
{
    if (w->stopped) {
        helds_return(&w->helds);
        bus_flush(w->pool->bus);
        child_kill(&w->ring.process.child, SIGKILL);
        sig_die(number);
    }
    info(1, "end on signal %d: %zu messages are finished first", number, helds_running(&w->helds));
    stop(w);
}

/* COMMAND has ended: after its stdin was closed, or by itself. */
static void on_end(struct work *w)
{
    int status = w->ring.process.status;
    size_t n = helds_running(&w->helds);
    process_finish(&w->ring.process);
    w->ring.running = false;
    if (w->ring.process.left)
        complain("run %s: a process it left behind holds its output open, not waited for", w->ring.name);
    if (!w->ring.process.last)
        complain("run %s: exit status %d, and %zu messages go back", w->ring.name, status, n);
    else if (status)
        complain("run %s: exit status %d", w->ring.name, status);
    if (n && !bus_connected(w->pool->bus))
        complain("the engine is away: what goes back is there after the ack wait");
    w->helds.stopped = w->stopped = true;
    helds_event(&w->helds, HOLD_QUIT);
    helds_event(&w->helds, HOLD_STOPPED);
    w->leave_at = clock_ms() + LAST_WORDS;
    if (status)
        w->ring.status = status;
}

/* --- the loop --- */

static void tell_away(struct work *w, int64_t now)
{
    switch (away_look(&w->away, bus_connected(w->pool->bus), now)) {
    case AWAY_GONE:
        warn("the engine is away: waiting for it");
        break;
    case AWAY_BACK:
        warn("the engine is back after %jd s", (intmax_t)(w->away.lasted / 1000));
        break;
    default:
        break;
    }
}

/* What a service manager is told: ready, once there is something to be had. */
static void tell_manager(struct work *w)
{
    struct buf words = {0};
    bool ready = w->tokens.asked;
    if (!notify_due(&w->notify, ready, w->stopped))
        return;
    if (!bus_connected(w->pool->bus))
        buf_str(&words, "the engine is away, ");
    else if (w->stopped)
        buf_str(&words, "draining, ");
    buf_printf(&words, "%zu running", helds_running(&w->helds));
    notify_tell(&w->notify, ready, w->stopped, buf_as_span(&words));
    buf_free(&words);
}

static void prepare(struct work *w, struct pollset *ps)
{
    struct process *p = &w->ring.process;
    int64_t now = bus_now();
    if (writer_pending(&p->in) < IO_HIGH_WATER && w->ring.running && p->in.fd >= 0)
        tokens_pull(&w->tokens, (size_t)w->o->parallel, now);
    bus_prepare(w->pool->bus, ps);
    notify_prepare(&w->notify, ps);
    bus_until(ps, now + w->pool->ack_wait / LOOKS); /* what is found then is not older than that */
    bus_until(ps, tokens_until(&w->tokens, now));
    bus_until(ps, helds_until(&w->helds));
    bus_until(ps, outbox_until(&w->out));
    bus_until(ps, away_until(&w->away));
    w->slot = pollset_add(ps, w->signals, POLLIN);
    pollset_until(ps, w->stop_at);
    pollset_until(ps, w->leave_at);
    if (w->broken_at && !w->broken && !w->cut)
        pollset_until(ps, w->broken_at);
    if (!w->ring.running)
        return;
    bool room = ring_has_room(&w->ring);
    process_prepare(p, ps, room);
    if (room && reader_ready(&p->out))
        pollset_until(ps, 0);
}

/* A COMMAND that ends closes both just before; one that goes on without its input gets no more messages, and
 * one without its output can finish nothing. */
static void look_at_pipes(struct work *w)
{
    const struct process *p = &w->ring.process;
    bool deaf = p->in.fd < 0 && !p->last;
    if ((p->open && !deaf) || p->ended || w->cut || w->broken)
        return;
    if (!w->broken_at)
        w->broken_at = clock_ms() + BROKEN;
    if (clock_ms() < w->broken_at)
        return;
    w->broken = true;
    complain("use %s: it has closed its %s", w->ring.name, deaf ? "input" : "output");
    exit_raise(&w->ring.status, EX_IOERR);
    stop(w);
    if (!p->open)
        cut_short(w);
}

static void look_at_command(struct work *w, const struct pollset *ps)
{
    struct process *p = &w->ring.process;
    process_ready(p, ps, ring_has_room(&w->ring));
    bool all = ring_take(&w->ring);
    if (w->stopped && !p->last && !helds_open(&w->helds) && !w->ring.strays.first)
        process_give_last(p);
    look_at_pipes(w);
    if ((all || w->cut) && ring_over(&w->ring))
        on_end(w);
}

static void ready(struct work *w, const struct pollset *ps)
{
    bus_ready(w->pool->bus);
    w->helds.looked = bus_now();
    if (pollset_got(ps, w->slot))
        for (int number; (number = sig_next());) {
            if (number == SIGCHLD && w->ring.running)
                process_check(&w->ring.process);
            else if (number != SIGCHLD)
                on_signal(w, number);
        }
    if (w->ring.running)
        look_at_command(w, ps);
    if (w->o->strict && w->ring.wrong)
        stop(w);
    if (clock_ms() >= w->stop_at)
        cut_short(w);
    helds_tick(&w->helds, bus_now());
    outbox_retry(&w->out, bus_now());
    tell_away(w, bus_now());
    tell_manager(w);
    bool told = !helds_open(&w->helds) && !w->out.lanes && tokens_settled(&w->tokens, bus_now());
    w->over = !w->ring.running && (told || clock_ms() >= w->leave_at);
}

static bool open_bus(struct work *w)
{
    w->feed = (struct feed){.helds = &w->helds, .ring = &w->ring};
    bool listens = feed_open(&w->feed) && tokens_open(&w->tokens, &w->helds) && bus_flush(w->pool->bus);
    w->out.reply = buf_cstr(&w->feed.inbox);
    return listens;
}

static void open_all(struct work *w)
{
    static const int deadly[] = {SIGTERM, SIGINT, SIGHUP, 0}, child[] = {SIGCHLD, 0};
    w->helds = (struct helds){.pool = w->pool,
                              .out = &w->out,
                              .attempts = (int)w->o->attempts,
                              .on_failure = w->o->on_failure,
                              .looked = bus_now()};
    asks_open(&w->helds);
    w->out = (struct outbox){.pool = w->pool, .stored = on_stored, .ctx = w};
    w->ring = (struct ring){.pool = w->pool, .helds = &w->helds, .out = &w->out, .name = w->o->argv[0]};
    sig_open_unignored(deadly);
    sig_ignore_pipe();
    w->signals = sig_open(child);
}

static void close_all(struct work *w)
{
    if (w->out.lanes)
        complain("%zu bytes of actions are not stored: their messages run again", w->out.bytes);
    helds_return(&w->helds);
    helds_free(&w->helds);
    tokens_close(&w->tokens);
    ring_free(&w->ring);
    feed_close(&w->feed);
    bus_flush(w->pool->bus);
}

int work_run(struct pool *pool, const struct work_options *o)
{
    struct work w = {.o = o, .pool = pool, .stop_at = INT64_MAX, .leave_at = INT64_MAX};
    struct pollset ps = {0};
    notify_open(&w.notify);
    open_all(&w);
    if (!open_bus(&w))
        die(EX_UNAVAILABLE, "listen to the engine: it does not answer");
    int error = ring_start(&w.ring, o->argv, GRACE < o->kill_after ? GRACE : o->kill_after, o->max);
    if (error)
        die(child_start_status(error), "run %s: %s", o->argv[0], strerror(error));
    while (!w.over) {
        pollset_clear(&ps);
        prepare(&w, &ps);
        if (!pollset_wait(&ps))
            die(EX_OSERR, "poll:");
        ready(&w, &ps);
    }
    close_all(&w);
    notify_close(&w.notify, w.ring.status);
    pollset_free(&ps);
    return w.ring.status;
}
