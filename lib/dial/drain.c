/* SPDX-License-Identifier: MIT */
/* relay-dial: what the end of a run waits for, and what it loses. */
#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"

enum { ROUND = 1000 }; /* ms for going_idle_ack to come round: a ring may swallow it, so do not wait longer */

/* Appends "N WHAT" to a list, unless N is 0. */
static void add(struct buf *b, size_t n, const char *what)
{
    if (n)
        buf_printf(b, "%s%zu %s", b->len ? ", " : "", n, what);
}

void dial_say_waiting(struct dial *d)
{
    struct buf b = {0};
    add(&b, (size_t)d->running, "running");
    add(&b, (size_t)d->waiting, "waiting");
    add(&b, ledger_count(d->ledger), "owed");
    if (b.len)
        warn("drain: %s, up to %g s", buf_cstr(&b), (double)d->o->kill_after / 1000);
    buf_free(&b);
}

void dial_ask_flip(struct dial *d)
{
    static const char line[] = "{\"type\":\"going_idle\"}";
    struct json_error e;
    d->flip.ask_at = INT64_MAX;
    bool awaited = ledger_count_type(d->ledger, FRAME_GOING_IDLE) > 0;
    if (link_phase(d->link) != LINK_OPEN || awaited || d->flip.acked ||
        !frame_parse(&d->frame, span_of(line), &e))
        return;
    info(1, "ask for the flip: `link draining` has not come round");
    link_send(d->link, span_of(line));
    ledger_owe(d->ledger, &d->frame, 0, clock_us());
    dial_saw(d, "up", FRAME_GOING_IDLE, span_of(line));
    flip_ask(&d->flip);
}

/* The latest `work` frame says how much is in hand. It comes round after everything that was before it, and
 * so does the mark behind the last live message: the ack, or `link draining` if no flip is asked for. */
bool dial_rest(const struct dial *d)
{
    if (d->phase != RESTING || d->running || d->waiting || ledger_count_type(d->ledger, FRAME_OUTBOUND) ||
        lines_pending(&d->lines))
        return false;
    if (d->head_gone || clock_ms() - d->phase_at >= ROUND)
        return true;
    return flip_passed(&d->flip) && !writer_pending(&d->head) && !dial_unread(d);
}

/* Turns that did not end: those in an inbox are not lost. */
static void say_unfinished(struct dial *d)
{
    struct buf b = {0};
    add(&b, (size_t)d->running, "running");
    add(&b, (size_t)d->waiting, "waiting");
    if (b.len) {
        complain("end: not finished, but in the inbox: %s", buf_cstr(&b));
        dial_fail(d, EX_TEMPFAIL);
    }
    buf_free(&b);
}

void dial_say_lost(struct dial *d)
{
    struct buf b = {0};
    if (d->head.fd >= 0 || d->live.pipe >= 0)
        dial_count_live(d);
    add(&b, d->live.here, d->o->command ? "queued here" : "without a reader");
    add(&b, d->live.piped, "in COMMAND's pipe");
    if (d->kept) {
        say_unfinished(d);
    } else {
        add(&b, (size_t)d->running, "running");
        add(&b, (size_t)d->waiting, "waiting");
    }
    if (b.len) {
        if (d->unacked)
            buf_printf(&b, "; %zu not acknowledged come again", d->unacked);
        complain("end: lost messages: %s", buf_cstr(&b));
        dial_fail(d, EX_TEMPFAIL);
    }
    buf_free(&b);
}
