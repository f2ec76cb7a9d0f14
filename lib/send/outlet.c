/* SPDX-License-Identifier: MIT */
/* Where relay-send's frames leave. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/text.h"
#include "send/outlet.h"

enum {
    ROOM = 256 * 1024,  /* bytes of queued output after which no further parts are made */
    TAKEN = 1024 * 1024 /* bytes of the longest message that every known peer takes (protocol §9) */
};

void outlet_open(struct outlet *t, struct filter *f, const struct sender_options *o, bool ordered)
{
    *t = (struct outlet){.f = f, .sender = sender_new(o), .work.ring = true};
    if (ordered)
        t->order = order_new();
}

void outlet_close(struct outlet *t)
{
    sender_free(t->sender);
    if (t->order)
        order_free(t->order);
    buf_free(&t->line);
    buf_free(&t->chat);
    buf_free(&t->text);
}

static bool has_room(const struct outlet *t)
{
    return writer_pending(&t->f->out) < ROOM;
}

/* ---- what waits ---- */

static struct load load(const struct outlet *t)
{
    return (struct load){0, t->order ? (int64_t)order_waiting(t->order) : 0};
}

static void report_work(struct outlet *t)
{
    int64_t now = clock_ms();
    if (!t->order || !work_due(&t->work, load(t), t->f->ended, now))
        return;
    work_build(&t->work, &t->line, load(t), now);
    filter_emit_buf(t->f, &t->line);
}

static void let_go(struct outlet *t)
{
    struct span line;
    while (has_room(t) && order_next(t->order, clock_ms(), &line))
        filter_emit(t->f, line);
    report_work(t);
}

/* ---- actions ---- */

/* Finds the chat whose order the action keeps; empty: none. A typing sign would be useless later, and a
 * question need not wait for others. */
static void find_chat(struct outlet *t, const struct frame *action)
{
    struct span op = action->name,
                key = frame_get(action, json_eq(op, "follow_up") ? "session_key" : "chat_id");
    if (!key.p || json_eq(op, "typing") || json_eq(op, "get_chat_info") || json_eq(op, "interrupt"))
        return;
    buf_span(&t->chat, frame_get(action, "platform"));
    buf_span(&t->chat, key);
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
        filter_emit_buf(t->f, &t->line);
    t->line.len = 0;
}

/* Makes the further parts of a long text: as many as there is room for, or all if the order keeps them. */
static void emit_parts(struct outlet *t)
{
    while (sender_busy(t->sender) && (t->chat.len || has_room(t)))
        emit(t, sender_next(t->sender, &t->line), true);
}

void outlet_action(struct outlet *t, struct frame *action)
{
    t->chat.len = 0;
    if (t->order && t->comes_down)
        find_chat(t, action);
    action->line = text_trim(action->line);
    emit(t, sender_take(t->sender, action, &t->line), false);
    emit_parts(t);
    report_work(t);
}

/* ---- results ---- */

/* A number of seconds, in ms; -1: it is not a number, or not a plausible one. */
static int64_t seconds(struct span v)
{
    char text[32];
    int64_t ms;
    if (!json_is_number(v) || v.n >= sizeof text)
        return -1;
    snprintf(text, sizeof text, "%.*s", (int)v.n, v.p);
    return duration_parse(text, &ms) ? ms : -1;
}

/* A refusal for security's sake is never tried again (protocol §3). */
static bool is_declined(struct outlet *t, struct span code, struct span error)
{
    static const char mark[] = "egress declined:";
    t->text.len = 0;
    if (json_is_string(error))
        json_decode(&t->text, error);
    for (char *p = t->text.p; p && p < t->text.p + t->text.len; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p += 'a' - 'A';
    return json_eq(code, "egress_declined") || strstr(buf_cstr(&t->text), mark);
}

static void take_refusal(struct outlet *t, struct span id, struct span result)
{
    struct span after, code, error;
    JSON_PICK(result, {"retry_after", &after}, {"code", &code}, {"error", &error});
    int64_t now = clock_ms(), ms = is_declined(t, code, error) ? -1 : seconds(after);
    bool again = order_repeats(t->order, id, ms);
    size_t dropped = order_settle(t->order, id, again ? ORDER_LATER : ORDER_BAD, ms, now);
    if (again)
        info(1, "send outbound %.*s: refused, again in %lld ms", (int)id.n, id.p, (long long)ms);
    if (!dropped)
        return;
    complain("hold back the rest of a text, parts: %zu: part %.*s was refused", dropped, (int)id.n, id.p);
    filter_fail(t->f, EX_NO);
}

static void take_result(struct outlet *t, const struct frame *fr)
{
    struct span id = frame_get(fr, "requestId"), result = frame_get(fr, "result"), success, ambiguous;
    JSON_PICK(result, {"success", &success}, {"ambiguous", &ambiguous});
    if (json_is_true(success) || json_is_true(ambiguous))
        order_settle(t->order, id, ORDER_GOOD, 0, 0);
    else
        take_refusal(t, id, result);
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
    return sender_busy(t->sender) || (t->order && order_waiting(t->order));
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
    pollset_until(ps, work_until(&t->work, load(t), t->f->ended));
}

void outlet_ready(struct outlet *t)
{
    emit_parts(t);
}

void outlet_end(struct outlet *t)
{
    if (t->order)
        order_release(t->order);
}

void outlet_gone(const struct outlet *t)
{
    if (t->order && order_waiting(t->order))
        complain("send parts that wait, %zu of them: the reader is gone", order_waiting(t->order));
}
