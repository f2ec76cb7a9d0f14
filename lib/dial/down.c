/* SPDX-License-Identifier: MIT */
/* relay-dial: what passes down. */
#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"
#include "relay/result.h"

static void refuse_down(struct dial *d, const char *reason)
{
    complain("receive frame: %s", reason);
    dial_fail(d, EX_PROTOCOL);
}

/* Why the frame cannot come from a connector; NULL when it can. */
static const char *misplaced(const struct dial *d, const struct frame *f)
{
    if (f->type == FRAME_ACTION)
        return "no string \"type\"";
    if (frame_dir(f) == FRAME_LOCAL)
        return "a local frame, sent by the peer";
    bool up = frame_dir(f) == FRAME_UP;
    for (const char **t = d->o->up; d->o->command && !up && *t; t++)
        up = json_eq(f->name, *t);
    /* The ring would carry it round, and it would be sent back as if it were ours. */
    return up && d->o->command ? "a frame that only goes up, sent by the peer" : NULL;
}

static void greeted(struct dial *d, struct span line)
{
    if (!d->had_descriptor)
        d->stable_at = clock_ms() + BACKOFF_STABLE_MS;
    d->had_descriptor = d->auth.descriptor = true;
    ready_say(&d->ready, line);
}

static void take_result(struct dial *d, const struct owed *o, const struct frame *f)
{
    bool success = json_is_true(json_find(frame_get(f, "result"), "success"));
    dial_saw_result(d, o, success);
    if (!success)
        dial_refused(d, o, f);
}

/* Books a frame that is a reply. True: it answers something that is owed; *marks: the marks of the outbound
 * that it answers. */
static bool book(struct dial *d, const struct frame *f, bool *again, unsigned *marks)
{
    const struct owed *o = f->type == FRAME_OUTBOUND_RESULT ? ledger_find(d->ledger, f) : NULL;
    *marks = o ? o->marks : 0;
    if (o)
        take_result(d, o, f);
    enum ledger_answer answer = ledger_book(d->ledger, f);
    *again = answer == LEDGER_AGAIN;
    if (f->type == FRAME_DESCRIPTOR)
        greeted(d, f->line);
    if (f->type == FRAME_GOING_IDLE_ACK)
        flip_ack(&d->flip);
    return answer == LEDGER_SETTLED && f->type == FRAME_OUTBOUND_RESULT;
}

/* A result has the marks of its outbound, whatever the peer says. */
static void deliver_result(struct dial *d, const struct frame *f, unsigned marks)
{
    if (!marks && !result_is_marked(f)) {
        dial_emit(d, f->line);
        return;
    }
    d->scratch.len = 0;
    result_mark(&d->scratch, f, marks);
    dial_emit(d, buf_as_span(&d->scratch));
}

static void deliver(struct dial *d, const struct frame *f, unsigned marks)
{
    bool message = f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD;
    if (f->type == FRAME_OUTBOUND_RESULT) {
        deliver_result(d, f, marks);
    } else if (!message) {
        dial_emit(d, f->line);
    } else if (frame_buffered(f)) {
        dial_emit(d, f->line);
        d->unacked++;
    } else {
        dial_emit_live(d, f->line);
    }
}

void dial_down(struct dial *d, struct span line)
{
    struct frame *f = &d->frame;
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(f, line, &e)) {
        refuse_down(d, e.reason);
        return;
    }
    const char *wrong = misplaced(d, f);
    if (wrong) {
        refuse_down(d, wrong);
        return;
    }
    bool again;
    unsigned marks;
    dial_saw(d, "down", f->type, line);
    bool owed = book(d, f, &again, &marks);
    if (again) {
        warn("drop outbound_result: that outbound has its answer");
        return;
    }
    if (d->o->count && d->received >= d->o->count && !owed)
        return; /* no more frames were asked for */
    d->received++;
    deliver(d, f, marks);
}
