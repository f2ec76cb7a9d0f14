/* SPDX-License-Identifier: MIT */
/* One COMMAND per inbound message. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "run/each.h"

static bool is_full(struct filter *f)
{
    struct runner *r = f->ctx;
    return inbox_full(&r->inbox);
}

static bool is_busy(struct filter *f)
{
    struct runner *r = f->ctx;
    return r->running || inbox_waits(&r->inbox);
}

/* Acks a turn and what is held for it, each bufferId once. */
static void ack_turn(struct filter *f, const struct turn *t)
{
    const struct buf *last = NULL;
    for (const struct turn *d = t; d; d = d == t ? t->held : d->next) {
        if (!d->ack.len || (last && last->len == d->ack.len && memcmp(last->p, d->ack.p, last->len) == 0))
            continue;
        filter_emit(f, buf_as_span(&d->ack));
        last = &d->ack;
    }
}

/* Starts what may run. */
static void start_turns(struct runner *r, struct filter *f)
{
    struct turn *t;
    while (r->running < r->parallel && worker_room(f) && (t = inbox_next(&r->inbox))) {
        struct worker *w = r->workers;
        while (w->turn)
            w++;
        if (worker_start(w, f, t))
            r->running++;
        else
            inbox_failed(&r->inbox, t);
    }
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct runner *r = f->ctx;
    bool full = is_full(f);
    size_t before = writer_pending(&f->out);
    start_turns(r, f);
    /* what changed just now is the loop's business at once */
    if (writer_pending(&f->out) > before || (full && !is_full(f)) || (f->ended && !is_busy(f)))
        pollset_until(ps, 0);
    r->signals_slot = pollset_add(ps, r->signals, POLLIN);
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn)
            worker_prepare(&r->workers[i], f, ps);
}

static void finish(struct runner *r, struct filter *f, struct worker *w)
{
    struct turn *t = w->turn;
    r->running--;
    if (worker_finish(w, f)) {
        ack_turn(f, t);
        inbox_handled(&r->inbox, t);
    } else {
        inbox_failed(&r->inbox, t);
    }
}

/* Interrupts a session, with key NULL all of them. Returns the number of waiting deliveries dropped. */
static size_t interrupt(struct runner *r, const struct buf *key, int *stopped)
{
    size_t dropped = 0;
    for (int i = 0; i < r->parallel; i++) {
        struct worker *w = &r->workers[i];
        if (!w->turn || (key && !turn_is_of(w->turn, key)))
            continue;
        dropped += inbox_drop_held(&r->inbox, w->turn);
        worker_interrupt(w);
        ++*stopped;
    }
    return dropped + inbox_drop(&r->inbox, key);
}

/* Nothing more is run, every COMMAND ends, then the process dies of the signal; the second time at once. */
static void shut_down(struct runner *r, struct filter *f, int number)
{
    int stopped = 0;
    size_t dropped = interrupt(r, NULL, &stopped);
    if (!r->deadly && (stopped || dropped))
        complain("end on signal %d: %d messages running and %zu waiting are not acknowledged", number,
                 stopped, dropped);
    filter_stop(f);
    if (r->deadly) {
        for (int i = 0; i < r->parallel; i++)
            if (r->workers[i].turn)
                child_kill(&r->workers[i].agent.child, SIGKILL);
        agent_die(number);
    }
    r->deadly = number;
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct runner *r = f->ctx;
    int deadly = 0;
    bool ended = pollset_got(ps, r->signals_slot) && agent_signalled(&deadly);
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn && worker_ready(&r->workers[i], f, ps, ended))
            finish(r, f, &r->workers[i]);
    if (deadly)
        shut_down(r, f, deadly);
    if (r->deadly && !r->running)
        agent_die(r->deadly);
}

static void take_inbound(struct runner *r, struct filter *f, struct turn *t)
{
    if (inbox_take(&r->inbox, t) != INBOX_HANDLED)
        return;
    struct buf name = {0};
    turn_name(&name, t);
    info(1, "skip %s: handled before", buf_cstr(&name));
    buf_free(&name);
    ack_turn(f, t);
    turn_free(t);
}

static void take_interrupt(struct runner *r, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct buf key = {0};
    int stopped = 0;
    if (!json_is_string(session) || session.n == 2) {
        warn("skip interrupt_inbound: it names no session");
        return;
    }
    json_decode(&key, session);
    size_t dropped = interrupt(r, &key, &stopped);
    if (stopped || dropped)
        warn("interrupt %.*s: %s, %zu waiting dropped, not acknowledged",
             key.len < TURN_NAME_MAX ? (int)key.len : TURN_NAME_MAX, key.p,
             stopped ? "COMMAND ended" : "nothing ran", dropped);
    buf_free(&key);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct runner *r = f->ctx;
    if (fr->type == FRAME_INTERRUPT_INBOUND)
        take_interrupt(r, fr);
    if (fr->type != FRAME_INBOUND)
        return true;
    struct turn *t = turn_new(fr);
    filter_emit(f, fr->line); /* before an ack */
    if (t) {
        take_inbound(r, f, t);
    } else {
        complain("run %s for line %ju: its event is no object", r->o.argv[0], f->in.line);
        filter_fail(f, EX_DATAERR);
    }
    return false;
}

static bool on_gone(struct filter *f)
{
    struct runner *r = f->ctx;
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn)
            child_kill(&r->workers[i].agent.child, SIGTERM);
    agent_restore_pipe();
    return false;
}

void runner_init(struct runner *r, struct filter *f)
{
    r->signals = agent_signals();
    r->workers = xcalloc((size_t)r->parallel, sizeof *r->workers);
    for (int i = 0; i < r->parallel; i++)
        r->workers[i].o = &r->o;
    f->ctx = r;
    f->frame = on_frame;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
    f->gone = on_gone;
}

void runner_free(struct runner *r)
{
    inbox_free(&r->inbox);
    free(r->workers);
    if (r->deadly)
        agent_die(r->deadly);
}
