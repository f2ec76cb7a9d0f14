/* SPDX-License-Identifier: MIT */
/* relay-dial: what passes up. */
#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/num.h"
#include "dial/internal.h"
#include "relay/result.h"

static void skipped(struct dial *d)
{
    dial_fail(d, EX_DATAERR);
    if (d->o->strict) {
        d->tail_stop = true;
        d->tail.b.len = d->tail.from = d->tail.seen = 0;
    }
}

static void bad_line(struct dial *d, const char *reason, size_t at)
{
    if (at)
        complain("skip line %ju: %s at byte %zu", d->tail.line, reason, at);
    else
        complain("skip line %ju: %s", d->tail.line, reason);
    skipped(d);
}

void dial_long_line(struct dial *d)
{
    complain("skip line %ju: longer than %zu bytes", d->tail.line, d->tail.max);
    skipped(d);
}

static bool is_extra(const struct dial *d, const struct frame *f)
{
    for (const char **t = d->o->up; *t; t++)
        if (json_eq(f->name, *t))
            return true;
    return false;
}

/* The text of an outbound's `refused` member; {NULL, 0} if there is none. */
static struct span refusal(struct dial *d, const struct frame *f)
{
    struct span r = frame_get(f, "refused");
    if (!r.p || json_is_null(r) || span_eq(r, "false"))
        return (struct span){NULL, 0};
    d->scratch.len = 0;
    if (json_is_string(r))
        json_decode(&d->scratch, r);
    else
        buf_str(&d->scratch, "refused");
    return buf_as_span(&d->scratch);
}

/* An outbound with a member `answered` is not sent: that is its result. True when it was one. */
static bool is_answered(struct dial *d, const struct frame *f)
{
    struct span result = frame_get(f, "answered");
    if (!json_is_object(result))
        return false;
    d->scratch.len = 0;
    result_build(&d->scratch, frame_get(f, "requestId"), result);
    dial_emit(d, buf_as_span(&d->scratch));
    record_frame(&d->record, "down", buf_as_span(&d->scratch));
    return true;
}

/* Answers an outbound that is not to be sent. True when it was one. */
static bool decline(struct dial *d, const struct frame *f)
{
    struct span id = frame_get(f, "requestId"), text = refusal(d, f);
    if (text.p) {
        complain("refuse outbound %.*s: %.*s", (int)id.n, id.p, (int)text.n, text.p);
        dial_fail(d, d->o->command ? EX_NO : EX_DATAERR);
    } else if (d->link_over) {
        bool ending = d->phase != SERVING;
        text = span_of(ending ? "relay transport closed" : "relay transport not connected");
        complain("send outbound %.*s: %.*s", (int)id.n, id.p, (int)text.n, text.p);
        dial_fail(d, EX_UNAVAILABLE);
    } else {
        return false;
    }
    dial_emit_result(d, id, text, false, result_marks(f));
    return true;
}

/* The frame for the wire: without local members. */
static struct span unmarked(struct dial *d, const struct frame *f)
{
    bool asks = f->type == FRAME_OUTBOUND || f->type == FRAME_INTERRUPT;
    d->scratch.len = 0;
    return asks && result_unmark(&d->scratch, f) ? buf_as_span(&d->scratch) : f->line;
}

static void take_up(struct dial *d, const struct frame *f)
{
    const char *wrong = ledger_owe(d->ledger, f, d->lines.last + 1, clock_us());
    if (wrong) {
        bad_line(d, wrong, 0);
        return;
    }
    if (f->type == FRAME_OUTBOUND && d->refused)
        dial_sent_again(d, frame_get(f, "requestId"));
    if (f->type == FRAME_HELLO)
        dial_remember_hello(d, f);
    if (f->type == FRAME_INBOUND_ACK && d->unacked)
        d->unacked--;
    struct span line = unmarked(d, f);
    lines_add(&d->lines, f->type, line);
    dial_saw(d, "up", f->type, line);
}

static void send_up(struct dial *d, const struct frame *f)
{
    if (f->type == FRAME_OUTBOUND) {
        if (!json_is_string(frame_get(f, "requestId"))) {
            bad_line(d, "outbound without a string requestId", 0);
            return;
        }
        if (is_answered(d, f) || decline(d, f))
            return;
    } else if (d->link_over) {
        if (f->type != FRAME_HELLO)
            d->unsent++;
        return;
    } else if (f->type == FRAME_GOING_IDLE && !flip_wanted(&d->flip)) {
        return; /* the flip is already asked for */
    }
    take_up(d, f);
}

static int64_t count_of(struct span number)
{
    char text[16];
    int64_t n = 0;
    snprintf(text, sizeof text, "%.*s", (int)number.n, number.p ? number.p : "");
    return number_parse(text, 0, 1 << 30, &n) ? n : 0;
}

/* Notes local frames that come round, and those that mark a place in the stream. */
static void come_round(struct dial *d, const struct frame *f)
{
    if (f->type == FRAME_LINK) {
        if (json_eq(frame_get(f, "state"), "draining"))
            flip_round(&d->flip, false);
    } else if (f->type == FRAME_WORK) {
        d->running = count_of(frame_get(f, "running"));
        d->waiting = count_of(frame_get(f, "waiting"));
        d->stored = count_of(frame_get(f, "stored"));
        d->kept = frame_get(f, "stored").p != NULL;
        if (frame_get(f, "dead").p)
            d->dead = count_of(frame_get(f, "dead"));
    } else if (f->type == FRAME_GOING_IDLE_ACK) {
        flip_round(&d->flip, true);
    }
}

void dial_up(struct dial *d, struct span line)
{
    struct frame *f = &d->frame;
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(f, line, &e)) {
        bad_line(d, e.reason, e.at + 1);
        return;
    }
    if (f->type == FRAME_ACTION) {
        bad_line(d, "an action, not a frame: is there no relay-send?", 0);
    } else if (frame_dir(f) == FRAME_LOCAL) {
        come_round(d, f);
    } else if (!d->o->command || frame_dir(f) == FRAME_UP || is_extra(d, f)) {
        send_up(d, f);
    } else {
        come_round(d, f);
        if (frame_dir(f) == FRAME_UNKNOWN)
            info(2, "keep frame of type %.*s in the ring", (int)f->name.n, f->name.p);
    }
}
