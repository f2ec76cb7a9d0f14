/* SPDX-License-Identifier: MIT */
/* Starting turns. */
#include <string.h>

#include "base/clock.h"
#include "relay/action.h"
#include "run/ending.h"
#include "run/start.h"

/* Whether the platform can show that someone is typing. */
static bool shows_typing(const struct platform *p)
{
    static const char op[] = "\"typing\"";
    return !p || op_supported(op_find(span_of(op)), buf_as_span(&p->ops));
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
    t->attempt--;
    r->start_at = clock_ms() + FATE_START_WAIT;
    inbox_again(&r->inbox, t, r->start_at);
}

void start_turns(struct runner *r, struct filter *f)
{
    int64_t now = clock_ms();
    struct turn *t;
    while (r->running < r->parallel && now >= r->start_at && writer_pending(&f->out) < IO_HIGH_WATER &&
           (t = inbox_next(&r->inbox, now))) {
        struct worker *w = r->workers;
        while (w->turn)
            w++;
        t->attempt++;
        int error = worker_start(w, f, t, r->o.typing && shows_typing(worker_platform(w, t)));
        if (error) {
            start_failed(r, f, t, error);
            continue;
        }
        r->running++;
        if (r->ack_start)
            ending_ack(f, t);
        if (!r->inbox.waiting) /* the shortage is over, not just eased */
            r->start_told = false;
    }
}
