/* SPDX-License-Identifier: MIT */
/* How a message ends. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "run/address.h"
#include "run/durable.h"
#include "run/ending.h"
#include "run/events.h"
#include "run/letters.h"
#include "run/signs.h"

void ending_ack(struct filter *f, struct turn *t)
{
    struct span last = {NULL, 0};
    for (struct turn *d = t; d; d = d == t ? t->held : d->next) {
        struct span ack = buf_as_span(&d->ack);
        if (!ack.n)
            continue;
        if (!span_same(last, ack))
            filter_emit(f, ack);
        last = ack;
        d->ack.len = 0;
        t->acked = true;
    }
}

void ending_nack_of(struct filter *f, struct span delivery, int status)
{
    struct buf nack = {0};
    frame_nack_of(&nack, delivery, status);
    filter_emit_buf(f, &nack);
    buf_free(&nack);
}

void ending_nack(struct filter *f, const struct turn *t, int status)
{
    struct span last = {NULL, 0};
    for (const struct turn *d = t; d; d = d == t ? t->held : d->next) {
        if (!last.p || !span_same(last, d->delivery))
            ending_nack_of(f, d->delivery, status);
        last = d->delivery;
    }
}

void ending_skip(struct filter *f, struct turn *t)
{
    struct buf name = {0};
    turn_name(&name, t);
    info(1, "skip %s: handled before", buf_cstr(&name));
    buf_free(&name);
    ending_ack(f, t);
    turn_free(t);
}

void ending_pass(struct runner *r, struct filter *f, struct turn *t)
{
    inbox_pass(&r->inbox, t);
    ending_ack(f, t);
    turn_free(t);
}

static void acknowledge(struct runner *r, struct filter *f, struct turn *t)
{
    ending_ack(f, t);
    inbox_handled(&r->inbox, t);
}

/* Whether the message is in the file now. */
static bool keep(struct runner *r, struct filter *f, const struct turn *t, struct span reason)
{
    if (!r->letters)
        return false;
    if (letters_write(r->letters, t, reason))
        return true;
    worker_report(&r->o, t, "write %s: %s", r->letters->path, strerror(errno));
    filter_fail(f, EX_IOERR);
    return false;
}

void ending_tell_chat(struct runner *r, struct filter *f, struct turn *t)
{
    struct buf action = {0};
    if (!r->on_failure)
        return;
    address_reply(&action, t, span_of(r->on_failure), r->o.reply.to_message);
    requests_emit(&r->requests, f, t, &action, NULL);
    buf_free(&action);
}

/* The inbox keeps it, and reports it once that is written. */
static void give_up_stored(struct runner *r, struct filter *f, struct turn *t, struct buf *reason)
{
    if (t->attempt > 1)
        buf_printf(reason, " in attempt %d of %d", t->attempt, r->attempts);
    ending_tell_chat(r, f, t);
    events_move(r, t, EVENT_GIVE_UP, buf_as_span(reason), 0);
}

static void give_up(struct runner *r, struct filter *f, struct turn *t, struct buf *why)
{
    struct buf reason = {0};
    buf_span(&reason, buf_as_span(why));
    bool kept = keep(r, f, t, buf_as_span(&reason));
    if (t->attempt > 1)
        buf_printf(&reason, " in attempt %d of %d", t->attempt, r->attempts);
    if (kept)
        worker_report(&r->o, t, "%s, kept in %s", buf_cstr(&reason), r->letters->path);
    else
        worker_report(&r->o, t, "%s, %s", buf_cstr(&reason),
                      t->acked   ? "acknowledged before"
                      : t->shown ? "after a part of its answer"
                                 : "not acknowledged");
    ending_tell_chat(r, f, t);
    if (kept || t->shown) /* if it came again, its answer would be in the chat twice */
        acknowledge(r, f, t);
    else
        inbox_given_up(&r->inbox, t);
    buf_free(&reason);
}

static void try_again(struct runner *r, struct turn *t, enum fate_cause cause, int value)
{
    struct buf reason = {0}, name = {0};
    int64_t wait = fate_backoff(t->attempt), at = clock_ms() + wait;
    fate_reason(&reason, cause, value);
    turn_name(&name, t);
    warn("run %s for %s: %s in attempt %d of %d, again in %jd s", r->o.argv[0], buf_cstr(&name),
         buf_cstr(&reason), t->attempt, r->attempts, (intmax_t)(wait / 1000));
    if (t->row)
        events_move(r, t, EVENT_FAIL, buf_as_span(&reason), at);
    else
        inbox_again(&r->inbox, t, at);
    buf_free(&reason);
    buf_free(&name);
}

/* A message from a queue failed: it goes back there. final: it is not run again. */
static void give_back(struct runner *r, struct filter *f, struct turn *t, enum fate_cause cause, int value,
                      bool final)
{
    struct buf reason = {0};
    fate_reason(&reason, cause, value);
    worker_report(&r->o, t, "%s in attempt %d, given back to the queue", buf_cstr(&reason), t->attempt);
    if (final)
        ending_tell_chat(r, f, t);
    ending_nack(f, t, t->shown ? FATE_HARD : fate_status(cause, value));
    inbox_given_up(&r->inbox, t);
    buf_free(&reason);
}

/* The most runs of a message. Those from a queue are counted there, and their number may be unknown here. */
static int most_runs(const struct runner *r, const struct turn *t)
{
    if (t->shown) /* a part of its answer is in the chat */
        return t->attempt;
    if (!t->delivery.p)
        return r->attempts;
    return t->attempts ? t->attempts : INT_MAX;
}

void ending_attempt(struct runner *r, struct filter *f, struct turn *t, enum fate_cause cause, int value)
{
    struct buf reason = {0};
    bool well = cause == CAUSE_EXIT && value == 0;
    if (r->stage.deadly && !(t->row && well)) { /* counted when the signal came */
        inbox_given_up(&r->inbox, t);
        return;
    }
    enum fate fate = fate_of(cause, value, t->attempt, most_runs(r, t));
    signs_end(r, f, t, fate);
    if (t->delivery.p && (fate == FATE_AGAIN || fate == FATE_GIVEN_UP)) {
        give_back(r, f, t, cause, value, fate == FATE_GIVEN_UP);
        return;
    }
    switch (fate) {
    case FATE_DONE:
    case FATE_INTERRUPTED:
        if (t->row)
            events_move(r, t, well ? EVENT_ANSWER : EVENT_INTERRUPT, buf_as_span(&reason), 0);
        else
            acknowledge(r, f, t);
        break;
    case FATE_AGAIN:
        try_again(r, t, cause, value);
        break;
    case FATE_GIVEN_UP:
        fate_reason(&reason, cause, value);
        filter_fail(f, cause == CAUSE_NOT_TEXT || cause == CAUSE_TOO_LONG ? EX_DATAERR : EX_NO);
        if (t->row)
            give_up_stored(r, f, t, &reason);
        else
            give_up(r, f, t, &reason);
        break;
    }
    buf_free(&reason);
}

size_t ending_waiting(struct runner *r, struct filter *f, const struct buf *key)
{
    size_t n = 0;
    for (struct turn *t; (t = inbox_pop(&r->inbox, key));) {
        n += inbox_deliveries(t);
        acknowledge(r, f, t);
    }
    return n;
}

void ending_refused(struct runner *r, struct filter *f, struct turn *t)
{
    static const char reason[] = "too many messages wait";
    if (t->delivery.p) {
        worker_report(&r->o, t, "%s, given back to the queue", reason);
        ending_nack(f, t, EX_TEMPFAIL);
        turn_free(t);
        return;
    }
    bool kept = keep(r, f, t, span_of(reason));
    worker_report(&r->o, t, "%s, %s%s", reason, kept ? "kept in " : "not acknowledged",
                  kept ? r->letters->path : "");
    filter_fail(f, EX_NO);
    if (kept)
        ending_ack(f, t);
    turn_free(t);
}
