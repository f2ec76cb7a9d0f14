/* SPDX-License-Identifier: MIT */
/* relay-dial: one poll loop over link, input, output, COMMAND and signals. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "dial/internal.h"
#include "relay/url.h"

/* Whether so much waits to go down that the link is not read. In a drain it is always read, or the ack would
 * never be seen. */
static bool head_stuffed(const struct dial *d)
{
    return writer_pending(&d->head) >= (d->phase == DRAINING ? OUT_MOST : OUT_HIGH);
}

/* Whether lines are taken from the tail: never more than the link has room for, and none while it is down. */
static bool taking(const struct dial *d)
{
    if (d->tail.fd < 0)
        return false;
    /* Once reading has stopped, take what is at hand regardless of room. */
    if (d->link_over || (d->tail_stop && d->phase < CLOSING))
        return true;
    if (writer_pending(&d->head) >= OUT_MOST || ledger_count_type(d->ledger, FRAME_OUTBOUND) >= OWED_MOST)
        return false;
    size_t most = d->o->command && head_stuffed(d) ? UP_STUFFED : UP_HIGH;
    return link_phase(d->link) == LINK_OPEN && link_pending(d->link) + lines_pending(&d->lines) < most;
}

static void take_tail(struct dial *d, bool readable)
{
    struct span line;
    if (readable && !d->tail_stop && !reader_fill(&d->tail)) {
        complain("read %s:", d->o->command ? "from COMMAND" : "stdin");
        dial_fail(d, d->o->command ? EX_OSERR : EX_NOINPUT);
        d->tail.eof = true;
    }
    while (taking(d)) {
        enum reader_got got = reader_next(&d->tail, &line);
        if (got == READER_MORE) {
            if (!d->tail.eof && !d->tail_stop)
                return;
            if (!d->tail.eof && d->tail.b.len > d->tail.from) {
                complain("send line %ju: stopped before its end was read", d->tail.line + 1);
                dial_fail(d, EX_UNAVAILABLE);
            }
            if (d->tail.fd != STDIN_FILENO)
                close(d->tail.fd);
            d->tail.fd = -1;
        } else if (got == READER_LONG) {
            dial_long_line(d);
        } else {
            dial_up(d, line);
        }
    }
}

static void take_link(struct dial *d)
{
    struct span line;
    enum reader_got got;
    while ((got = link_next(d->link, &line)) != READER_MORE)
        if (got == READER_LINE) {
            dial_down(d, line);
        } else {
            complain("receive frame: longer than %zu bytes", d->o->link.max_frame);
            dial_fail(d, EX_PROTOCOL);
        }
}

/* Received lines first, then changes of the link. */
static void serve_link(struct dial *d, const struct pollset *ps, bool reading)
{
    enum link_phase before = link_phase(d->link);
    link_ready(d->link, ps, reading);
    enum link_phase now = link_phase(d->link);
    if (before == LINK_DIALLING && now == LINK_OPEN)
        dial_opened(d);
    take_link(d);
    if (before != LINK_DOWN && now == LINK_DOWN) {
        size_t torn = link_torn(d->link);
        if (torn)
            complain("receive frame: cut off by the end of the connection after %zu bytes", torn);
        if (torn && link_end(d->link)->by == LINK_BY_PEER)
            dial_fail(d, EX_PROTOCOL);
        dial_lost(d);
    }
}

/* Go idle now: in a ring, relay-idle asks when it sees that frame; in a pipe dial must ask itself. */
static void go_idle(struct dial *d)
{
    if (d->o->command && !d->o->no_link)
        dial_emit_link(d, "idle", "");
    else
        dial_ask_flip(d);
}

static void serve_signals(struct dial *d)
{
    int number;
    while ((number = sig_next()))
        if (number == SIGUSR1)
            go_idle(d);
        else if (number == SIGUSR2)
            dial_say_status(d);
        else if (number == SIGHUP && d->hup_reopens)
            dial_reopen(d);
        else if (number != SIGCHLD)
            dial_signal(d, number);
        else if (dial_reap(d)) /* COMMAND got a signal to the whole unit before we did */
            dial_signal(d, d->command_status - 128);
}

static void max_time_over(struct dial *d)
{
    d->end_at = INT64_MAX;
    d->timed_out = true;
    if (d->phase == SETTLING && d->phase_by > clock_ms() + LAST_WORDS)
        d->phase_by = clock_ms() + LAST_WORDS;
    if (link_phase(d->link) != LINK_OPEN && !d->link_over && d->phase < CLOSING) {
        dial_abandon(d, "not open when --max-time was over");
        dial_fail(d, EX_UNAVAILABLE);
    }
}

static void serve_timers(struct dial *d)
{
    int64_t now = clock_ms();
    if (now >= d->redial_at && !d->link_over)
        dial_start(d);
    if (d->phase < CLOSING)
        dial_overdue(d, NULL);
    if (now >= d->flip.ask_at)
        dial_ask_flip(d);
    if (now >= d->phase_by)
        dial_phase_late(d);
    if (now >= d->end_at)
        max_time_over(d);
}

/* The moments at which something is due. */
static void prepare_timers(struct dial *d, struct pollset *ps)
{
    enum { LOOK = 20 }; /* ms between two checks of what COMMAND has not read yet */
    pollset_until(ps, d->redial_at);
    if (d->phase < CLOSING)
        pollset_until(ps, ledger_next(d->ledger));
    pollset_until(ps, d->flip.ask_at);
    pollset_until(ps, d->phase_by);
    pollset_until(ps, d->end_at);
    dial_observe_prepare(d, ps);
    if (d->phase == RESTING && !d->running && !d->waiting)
        pollset_until(ps, clock_ms() + LOOK);
}

/* The rest of a step, after its frames. */
static void end_step(struct dial *d)
{
    serve_timers(d);
    dial_flush_head(d);
    dial_advance(d);
    dial_observe(d);
}

static void step(struct dial *d, struct pollset *ps, int signals)
{
    bool reading = d->head.fd < 0 || !head_stuffed(d);
    pollset_clear(ps);
    dial_pump(d);
    link_prepare(d->link, ps, reading);
    bool take = taking(d), at_hand = take && (reader_ready(&d->tail) || d->tail.eof || d->tail_stop);
    int tail = take && !at_hand ? pollset_add(ps, d->tail.fd, POLLIN) : -1;
    bool pending = writer_pending(&d->head) > 0;
    int head = pollset_add(ps, d->head.fd, pending ? POLLOUT : 0);
    int signal_slot = pollset_add(ps, signals, POLLIN);
    if (at_hand)
        pollset_until(ps, 0);
    prepare_timers(d, ps);
    if (!pollset_wait(ps))
        die(EX_OSERR, "poll:");
    if (pollset_got(ps, signal_slot))
        serve_signals(d);
    if (pollset_got(ps, head) & (POLLERR | POLLHUP | POLLNVAL) && !(pollset_got(ps, head) & POLLOUT)) {
        errno = EPIPE;
        dial_head_failed(d);
    }
    serve_link(d, ps, reading);
    take_tail(d, pollset_got(ps, tail));
    end_step(d);
}

/* The link is gone: settles what was read but not taken. */
static void settle_rest(struct dial *d)
{
    if (!d->link_over) { /* the close took too long */
        dial_tell_stuck(d);
        dial_settle_lost(d, true, false);
    }
    d->link_over = d->tail_stop = true;
    take_tail(d, false);
    if (d->unsent) {
        complain("send %zu frames: the link has ended", d->unsent);
        dial_fail(d, EX_UNAVAILABLE);
    }
    dial_tell_refused(d);
    /* Ended before any greeting was answered: the link was never of use. */
    if (d->signalled && d->ids.n && !d->auth.descriptor)
        dial_fail(d, EX_UNAVAILABLE);
}

/* Writes the rest for the reader of stdout, which may take its time unless there is a bound. */
static void drain_stdout(struct dial *d)
{
    struct pollset ps = {0};
    int64_t until = d->timed_out ? clock_ms() + LAST_WORDS : d->bound;
    while (d->head.fd >= 0 && writer_pending(&d->head) && clock_ms() < until) {
        pollset_clear(&ps);
        pollset_add(&ps, d->head.fd, POLLOUT);
        pollset_until(&ps, until);
        dial_observe_prepare(d, &ps);
        if (!pollset_wait(&ps))
            break;
        dial_flush_head(d);
        dial_observe(d);
    }
    pollset_free(&ps);
    if (d->head.fd >= 0 && writer_pending(&d->head)) {
        complain("write stdout: its reader has not taken %zu bytes in time", writer_pending(&d->head));
        dial_fail(d, EX_IOERR);
    }
}

static int finish(struct dial *d)
{
    /* A second signal ends the waits below. */
    sig_reset();
    sig_ignore_pipe();
    settle_rest(d);
    if (!d->o->command) {
        drain_stdout(d);
        dial_close_head(d);
    }
    dial_say_lost(d);
    if (d->head.fd >= 0)
        writer_close(&d->head);
    if (d->o->command)
        dial_fail(d, dial_command_status(d));
    dial_observe_end(d);
    return d->status;
}

static void release(struct dial *d)
{
    link_free(d->link);
    ledger_free(d->ledger);
    identities_free(&d->ids);
    lines_free(&d->lines);
    free(d->live.end);
    reader_free(&d->tail);
    buf_free(&d->url);
    buf_free(&d->scratch);
    frame_free(&d->frame);
}

int dial_run(const struct dial_options *o)
{
    struct dial d = {.o = o,
                     .redial_at = INT64_MAX,
                     .stable_at = INT64_MAX,
                     .phase_by = INT64_MAX,
                     .bound = INT64_MAX,
                     .flip = {.ask_at = INT64_MAX},
                     .live = {.pipe = -1}};
    struct pollset ps = {0};
    sig_ignore_pipe();
    diag_no_wait();
    sig_open_unignored((const int[]){SIGHUP, 0});
    int signals = sig_open((const int[]){SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGCHLD, 0});
    d.end_at = o->max_time ? clock_ms() + o->max_time : INT64_MAX;
    url_without_login(&d.url, o->link.url);
    d.ledger = ledger_new();
    dial_observe_start(&d);
    dial_open_ends(&d);
    d.link = link_new(&o->link);
    dial_start(&d);
    while (d.phase != DONE)
        step(&d, &ps, signals);
    int status = finish(&d);
    release(&d);
    pollset_free(&ps);
    return status;
}
