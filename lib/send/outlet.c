/* SPDX-License-Identifier: MIT */
/* Where relay-send's frames leave. */
#include "send/outlet.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "relay/action.h"
#include "relay/result.h"
#include "json/write.h"

enum {
    MARKS_LENGTH = sizeof ",\"more\":true,\"again\":true" - 1,
    ROOM = 256 * 1024,  /* bytes of queued output after which no further parts are made */
    TAKEN = 1024 * 1024 /* bytes of the longest message that every known peer takes (protocol §9) */
};

void outlet_open(struct outlet *t, struct filter *f, const struct sender_options *o, bool ordered)
{
    *t = (struct outlet){.f = f, .sender = sender_new(o), .work.ring = true};
    if (ordered)
        t->order = order_new();
    t->streams = (struct streams){.f = f, .sender = t->sender, .order = t->order};
}

void outlet_close(struct outlet *t)
{
    streams_free(&t->streams);
    sender_free(t->sender);
    if (t->order)
        order_free(t->order);
    buf_free(&t->line);
    buf_free(&t->chat);
    buf_free(&t->whole);
}

static bool has_room(const struct outlet *t)
{
    return writer_pending(&t->f->out) < ROOM;
}

/* ---- what waits ---- */

static struct load load(const struct outlet *t)
{
    return (struct load){.waiting = (int64_t)(t->order ? order_waiting(t->order) + t->streams.ending : 0)};
}

static void report_work(struct outlet *t)
{
    int64_t now = clock_ms();
    if (!t->order || !work_due(&t->work, load(t), t->f->ended, now))
        return;
    work_build(&t->work, &t->line, load(t), now);
    filter_emit_buf(t->f, &t->line);
}

/* A frame leaves. In a ring it has marks for whoever reads its result (relay/result.h), if they do not make
 * the line too long. */
static void leave(struct outlet *t, const struct order_frame *of)
{
    struct buf marked = {0};
    bool again = t->order && of->id.n && order_repeats(t->order, of->id, 0);
    if (!t->order || (!of->more && !again) || of->line.n + MARKS_LENGTH > t->f->in.max) {
        filter_emit(t->f, of->line);
        return;
    }
    buf_add(&marked, of->line.p, of->line.n - 1); /* it ends with '}' */
    if (of->more)
        json_add_bool(&marked, "more", true);
    if (again)
        json_add_bool(&marked, "again", true);
    json_end(&marked, '}');
    filter_emit_buf(t->f, &marked);
    buf_free(&marked);
}

static void let_go(struct outlet *t)
{
    struct order_frame of;
    while (has_room(t) && order_next(t->order, clock_ms(), &of)) {
        if (of.line.n)
            leave(t, &of);
        else if (!streams_have(&t->streams, of.id)) /* it was over before its turn came */
            order_settle(t->order, of.id, ORDER_GOOD, 0, 0);
    }
    streams_go(&t->streams);
    report_work(t);
}

/* ---- actions ---- */

/* Finds the chat whose order the action keeps; empty: none. A typing sign would be useless later, a question
 * need not wait for others, and reactions keep an order of their own, so that no text waits for one. */
static void find_chat(struct outlet *t, const struct frame *action)
{
    struct span op = action->name,
                key = frame_get(action, json_eq(op, "follow_up") ? "session_key" : "chat_id");
    if (!key.p || json_eq(op, "typing") || json_eq(op, "get_chat_info") || json_eq(op, "interrupt"))
        return;
    buf_span(&t->chat, frame_get(action, "platform"));
    buf_span(&t->chat, key);
    if (json_eq(op, "react"))
        buf_str(&t->chat, "react");
}

/* Sends the frame just made, even if it is refused: relay-dial answers it, so whoever asked gets a result. */
static void emit(struct outlet *t, bool passed, bool part)
{
    if (!passed) {
        complain("refuse %s", sender_refusal(t->sender));
        filter_fail(t->f, EX_DATAERR);
    }
    if (t->line.len > TAKEN) {
        struct span id = sender_id(t->sender);
        warn("send %.*s: %zu bytes, and peers may take no more than 1 MiB", (int)id.n, id.p, t->line.len);
    }
    struct order_frame of = {.line = buf_as_span(&t->line),
                             .chat = buf_as_span(&t->chat),
                             .part = part,
                             .more = sender_busy(t->sender)};
    if (t->chat.len)
        of.id = sender_id(t->sender);
    if (!t->chat.len || order_add(t->order, &of))
        leave(t, &of);
    t->line.len = 0;
}

/* Makes the further parts of a long text: as many as there is room for, or all if the order keeps them. */
static void emit_parts(struct outlet *t)
{
    while (sender_busy(t->sender) && (t->chat.len || has_room(t)))
        emit(t, sender_next(t->sender, &t->line), true);
}

/* Takes a stream action. True: it becomes a send action, in t->whole. */
static bool take_stream(struct outlet *t, struct frame *action)
{
    struct json_error e;
    if (t->chat.len && streams_take(&t->streams, action, buf_as_span(&t->chat)))
        return false;
    t->whole.len = 0;
    return stream_at_once(&t->whole, action) && frame_parse(action, buf_as_span(&t->whole), &e);
}

void outlet_action(struct outlet *t, struct frame *action)
{
    t->chat.len = 0;
    if (t->order && t->comes_down)
        find_chat(t, action);
    action->line = text_trim(action->line);
    if (op_is_stream(action->name) && !take_stream(t, action)) {
        report_work(t);
        return;
    }
    emit(t, sender_take(t->sender, action, &t->line), false);
    emit_parts(t);
    report_work(t);
}

/* ---- results ---- */

static void take_refusal(struct outlet *t, const struct result *r)
{
    int64_t ms = r->retry_after;
    bool again = result_invites(r) && order_repeats(t->order, r->id, ms);
    size_t dropped = order_settle(t->order, r->id, again ? ORDER_LATER : ORDER_BAD, ms, clock_ms());
    if (again)
        info(1, "send outbound %.*s: refused, again in %lld ms", (int)r->id.n, r->id.p, (long long)ms);
    if (!dropped)
        return;
    complain("hold back the rest of a text, parts: %zu: part %.*s was refused", dropped, (int)r->id.n,
             r->id.p);
    filter_fail(t->f, EX_NO);
}

static void take_result(struct outlet *t, const struct frame *fr)
{
    struct result r;
    result_read(&r, fr);
    if (r.success || r.ambiguous)
        order_settle(t->order, r.id, ORDER_GOOD, 0, 0);
    else
        take_refusal(t, &r);
    streams_result(&t->streams, &r);
    let_go(t);
}

bool outlet_frame(struct outlet *t, const struct frame *fr)
{
    sender_learn(t->sender, fr);
    /* If the stages before pass these on, they pass results on too; if they swallow everything, a text must
     * not wait for results. */
    if (fr->type == FRAME_LINK || fr->type == FRAME_DESCRIPTOR || fr->type == FRAME_OUTBOUND_RESULT)
        t->comes_down = true;
    if (!t->order || (fr->type != FRAME_OUTBOUND_RESULT && fr->type != FRAME_WORK))
        return true;
    if (fr->type == FRAME_OUTBOUND_RESULT) {
        take_result(t, fr);
        return true;
    }
    work_learn(&t->work, fr);
    filter_emit(t->f, fr->line);
    report_work(t);
    return false;
}

/* ---- the loop ---- */

bool outlet_full(const struct outlet *t)
{
    return sender_busy(t->sender);
}

bool outlet_busy(const struct outlet *t)
{
    return sender_busy(t->sender) || load(t).waiting;
}

void outlet_prepare(struct outlet *t, struct pollset *ps)
{
    if (sender_busy(t->sender) && has_room(t))
        pollset_until(ps, 0);
    if (!t->order)
        return;
    size_t pending = writer_pending(&t->f->out);
    let_go(t);
    if (writer_pending(&t->f->out) > pending)
        pollset_until(ps, 0);
    pollset_until(ps, order_due(t->order));
    pollset_until(ps, streams_due(&t->streams));
    pollset_until(ps, work_until(&t->work, load(t), t->f->ended));
}

void outlet_ready(struct outlet *t)
{
    emit_parts(t);
}

void outlet_end(struct outlet *t)
{
    if (!t->order)
        return;
    order_release(t->order);
    streams_release(&t->streams);
}

void outlet_gone(const struct outlet *t)
{
    if (load(t).waiting)
        complain("send parts that wait, %jd of them: the reader is gone", (intmax_t)load(t).waiting);
}
