/* SPDX-License-Identifier: MIT */
/* Starting turns. */
#include <string.h>

#include "base/clock.h"
#include "inbox/crash.h"
#include "relay/action.h"
#include "run/durable.h"
#include "run/ending.h"
#include "run/events.h"
#include "run/signs.h"
#include "run/start.h"

/* Whether the platform can show that someone is typing. */
static bool shows_typing(const struct platform *p)
{
    static const char op[] = "\"typing\"";
    return !p || op_supported(op_find(span_of(op)), buf_as_span(&p->ops));
}

/* A turn that was marked as started was not: that is not an attempt. */
static void put_back(struct runner *r, struct turn *t)
{
    t->attempt--;
    if (t->row)
        events_move(r, t, EVENT_UNSTARTED, (struct span){NULL, 0}, r->start_at);
    else
        inbox_again(&r->inbox, t, r->start_at);
}

static void start_failed(struct runner *r, struct filter *f, struct turn *t, int error)
{
    if (!fate_start_waits(error, r->running)) {
        ending_attempt(r, f, t, CAUSE_START, error);
        return;
    }
    if (!r->start_told)
        worker_report(&r->o, t, "%s, waiting until it can be started", strerror(error));
    r->start_told = true;
    r->start_at = clock_ms() + FATE_START_WAIT;
    put_back(r, t);
}

static void start(struct runner *r, struct filter *f, struct turn *t)
{
    struct worker *w = r->workers;
    t->attempt++;
    if (r->start_at > clock_ms()) {
        put_back(r, t);
        return;
    }
    while (w->turn)
        w++;
    int error = worker_start(w, f, t, r->o.typing && shows_typing(worker_platform(w, t)));
    if (error) {
        start_failed(r, f, t, error);
        return;
    }
    crash_at(CRASH_STARTED);
    signs_begin(r, f, t);
    r->running++;
    if (r->ack_start)
        ending_ack(f, t);
    if (!r->inbox.waiting) /* the shortage is over, not just eased */
        r->start_told = false;
}

/* Picks the turns that may run, as many as there are free workers. */
static size_t pick(struct runner *r, const struct filter *f, struct turn **turns)
{
    int64_t now = clock_ms();
    size_t n = 0, room = (size_t)(r->parallel - r->running);
    if (now < r->start_at || writer_pending(&f->out) >= IO_HIGH_WATER)
        return 0;
    while (n < room && (turns[n] = inbox_next(&r->inbox, now)))
        n++;
    return n;
}

void start_turns(struct runner *r, struct filter *f)
{
    struct turn *turns[WORKERS_MAX];
    for (size_t n; (n = pick(r, f, turns));) {
        bool marked = !r->durable || durable_mark(r, f, turns, n);
        for (size_t i = 0; i < n; i++) {
            if (turns[i] && (marked || !turns[i]->row))
                start(r, f, turns[i]);
            else if (turns[i])
                inbox_again(&r->inbox, turns[i], durable_until(r));
        }
    }
}
