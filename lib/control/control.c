/* SPDX-License-Identifier: MIT */
/* The filter stage that lets others into the ring. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "base/table.h"
#include "control/control.h"
#include "relay/action.h"
#include "relay/result.h"
#include "json/write.h"

static const char shut[] = "relay transport closed";

static bool has_room(const struct filter *f)
{
    return writer_pending(&f->out) < IO_HIGH_WATER;
}

/* Answers an action that is not sent, or an interrupt, which has no result of its own. error NULL: success.
 */
static void answer(struct control_writer *w, struct span id, const char *error)
{
    struct buf result = {0}, frame = {0};
    json_begin(&result, '{');
    json_add_bool(&result, "success", !error);
    if (error)
        json_add_str(&result, "error", error);
    json_end(&result, '}');
    result_build(&frame, id.n ? id : span_of("null"), buf_as_span(&result));
    writer_answer(w, buf_as_span(&frame));
    buf_free(&result);
    buf_free(&frame);
}

static void refuse(struct filter *f, struct control_writer *w, struct span id, const char *why)
{
    answer(w, id, why);
    if (!w->fifo)
        return;
    complain("skip a line from the FIFO: %s", why);
    filter_fail(f, EX_DATAERR);
}

/* Whether an action can be sent; false: why not is appended. What relay-send would refuse is between us and
 * the writer: it does not count as a fault of the ring. */
static bool is_fit(const struct control *c, const struct frame *fr, struct span id, struct buf *why)
{
    if (fr->type != FRAME_ACTION)
        buf_str(why, "not an action: it has a type");
    else if (c->closed)
        buf_str(why, shut);
    else if (!json_is_absent(id) && !json_is_string(id))
        buf_str(why, "not an action: its requestId is not a string");
    else if (id.n > ASK_ID_MOST)
        buf_str(why, "its requestId is too long");
    else
        action_check(why, op_find(fr->name), &fr->top);
    return !why->len;
}

/* The request of an action, and the requestId under which it travels: of a growing text, always the same. */
static struct ask *enter(struct control *c, struct control_writer *w, const struct frame *fr, struct span own,
                         struct buf *id)
{
    struct ask *k = op_is_stream(fr->name) ? asks_own(w->asks, own, id) : NULL;
    if (k)
        return k;
    w->asked++;
    return asks_add(&c->asks, &w->asks, w, own, id);
}

static void take_action(struct control *c, struct filter *f, struct control_writer *w, const struct frame *fr)
{
    struct span own = frame_get(fr, "requestId");
    struct buf id = {0}, line = {0}, why = {0};
    bool fit = is_fit(c, fr, own, &why);
    own = json_is_string(own) && own.n <= ASK_ID_MOST ? own : (struct span){NULL, 0};
    if (!fit) {
        refuse(f, w, own, buf_cstr(&why));
        buf_free(&why);
        return;
    }
    if (op_is_interrupt(op_find(fr->name))) {
        filter_emit(f, fr->line);
        answer(w, own, NULL);
        return;
    }
    struct ask *k = enter(c, w, fr, own, &id);
    ask_keep_end(k, fr, buf_as_span(&id));
    struct json_edit edit = {"requestId", buf_as_span(&id)};
    json_edit_members(&line, fr->line, &fr->top, &edit, 1);
    filter_emit_buf(f, &line);
    buf_free(&id);
    buf_free(&line);
}

static void take_line(struct control *c, struct filter *f, struct control_writer *w, struct frame *fr,
                      struct span line)
{
    struct json_error e;
    struct buf why = {0};
    if (line_blank(line))
        return;
    if (frame_parse(fr, line, &e)) {
        take_action(c, f, w, fr);
        return;
    }
    buf_printf(&why, "not an action: %s at byte %zu", e.reason, e.at + 1);
    refuse(f, w, (struct span){NULL, 0}, buf_cstr(&why));
    buf_free(&why);
}

/* Takes the lines that a writer has at hand. */
static void take_lines(struct control *c, struct filter *f, struct control_writer *w)
{
    struct frame fr = {0};
    struct span line;
    enum reader_got got = READER_LINE;
    while (got != READER_MORE && has_room(f) && writer_may_ask(w) && c->asks.n < ASKS_MOST) {
        got = writer_next(w, &line);
        if (got == READER_LINE)
            take_line(c, f, w, &fr, line);
        else if (got == READER_LONG)
            refuse(f, w, (struct span){NULL, 0}, "a line longer than 1 MiB");
    }
    frame_free(&fr);
}

static void drop(struct control *c, struct control_writer *w)
{
    asks_leave(&c->asks, &w->asks);
    DL_DELETE(c->writers, w);
    c->n--;
    writer_free(w);
}

/* The writer has gone: nobody else would end its texts. */
static void end_texts(struct filter *f, struct control_writer *w)
{
    for (struct ask *k = f->ended ? NULL : w->asks; k; k = k->next) {
        if (k->end.len)
            filter_emit_buf(f, &k->end);
        k->end.len = 0;
    }
}

static void accept_writers(struct control *c)
{
    while (c->n < WRITERS_MOST) {
        int fd = local_accept(&c->socket);
        if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != EPERM) {
            info(1, "accept a writer: %s", strerror(errno));
            c->accept_at = clock_ms() + CONTROL_WAIT;
        }
        if (fd < 0)
            return;
        struct control_writer *w = writer_new(fd, false);
        DL_APPEND(c->writers, w);
        c->n++;
    }
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct control *c = f->ctx;
    struct control_writer *w;
    bool read = has_room(f) && c->asks.n < ASKS_MOST;
    bool accept = c->n < WRITERS_MOST && !f->ended && clock_ms() >= c->accept_at;
    c->slot = accept ? pollset_add(ps, c->socket.fd, POLLIN) : -1;
    if (!accept && c->accept_at > clock_ms())
        pollset_until(ps, c->accept_at);
    DL_FOREACH (c->writers, w)
        writer_prepare(w, ps, read && !f->ended);
    if (c->end_at)
        pollset_until(ps, c->end_at);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct control *c = f->ctx;
    struct control_writer *w, *next;
    DL_FOREACH_SAFE (c->writers, w, next) {
        writer_ready(w, ps);
        if (!f->ended)
            take_lines(c, f, w);
        if (!writer_over(w))
            continue;
        end_texts(f, w);
        drop(c, w);
    }
    if (pollset_got(ps, c->slot))
        accept_writers(c);
}

/* To a writer goes the result under its own requestId; of the local marks, only whether another one follows.
 */
static void hand_back(struct control_writer *w, const struct frame *fr, struct span own, bool last)
{
    struct buf line = {0};
    struct json_edit edits[] = {
        {"requestId", own}, {"more", last ? (struct span){NULL, 0} : span_of("true")}, {"again", {NULL, 0}}};
    json_edit_members(&line, fr->line, &fr->top, edits, sizeof edits / sizeof *edits);
    writer_answer(w, buf_as_span(&line));
    buf_free(&line);
}

/* A result goes to the one who asked, and on to the stages that follow. */
static void take_result(struct control *c, const struct frame *fr)
{
    struct result result;
    struct buf own = {0};
    result_read(&result, fr);
    struct ask *k = asks_find(&c->asks, result.id, &own);
    struct control_writer *w = k ? k->who : NULL;
    bool last = result_is_last(&result);
    if (w)
        hand_back(w, fr, buf_as_span(&own), last);
    if (k && last) {
        if (w)
            w->asked--;
        asks_close(&c->asks, w ? &w->asks : NULL, k);
    }
    buf_free(&own);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct control *c = f->ctx;
    if (fr->type == FRAME_OUTBOUND_RESULT)
        take_result(c, fr);
    else if (fr->type == FRAME_LINK && json_eq(frame_get(fr, "state"), "draining"))
        c->closed = true;
    return true;
}

/* Nobody else tells those who wrote into the FIFO. */
static void tell_left(struct filter *f, struct control_writer *w)
{
    size_t n = writer_left(w);
    if (!n)
        return;
    complain("skip %zu lines from the FIFO: %s", n, shut);
    filter_fail(f, EX_DATAERR);
}

/* The ring has ended: those who still wait are told so. */
static void on_end(struct filter *f)
{
    struct control *c = f->ctx;
    struct control_writer *w;
    c->closed = true;
    c->end_at = clock_ms() + CONTROL_LAST;
    DL_FOREACH (c->writers, w) {
        for (const struct ask *k = w->asks; k; k = k->next) {
            struct buf frame = {0};
            result_build(
                &frame, k->own.len ? buf_as_span(&k->own) : span_of("null"),
                span_of("{\"success\":false,\"error\":\"relay transport closed\",\"ambiguous\":true}"));
            writer_answer(w, buf_as_span(&frame));
            buf_free(&frame);
        }
        tell_left(f, w);
        w->asked = 0;
        w->in.eof = true;
        w->in.from = w->in.seen = w->in.b.len;
        asks_leave(&c->asks, &w->asks);
    }
}

static bool on_busy(struct filter *f)
{
    struct control *c = f->ctx;
    struct control_writer *w;
    bool waits = false;
    DL_FOREACH (c->writers, w)
        waits = waits || !writer_over(w);
    return waits && clock_ms() < c->end_at;
}

void control_init(struct control *c, struct filter *f)
{
    f->ctx = c;
    f->frame = on_frame;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->end = on_end;
    f->busy = on_busy;
    sig_ignore_pipe();
}

void control_close(struct control *c)
{
    while (c->writers)
        drop(c, c->writers);
    asks_free(&c->asks);
    local_close(&c->socket);
}
