/* SPDX-License-Identifier: MIT */
/* The texts that are shown while they grow. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/table.h"
#include "send/outbound.h"
#include "send/outcome.h"
#include "send/streams.h"
#include "json/write.h"

struct streamed {
    struct growing *growing;
    struct buf action;                  /* of the send, without its content */
    struct buf id;                      /* requestId, JSON text */
    struct buf platform, bot, delivery; /* … of the frame; empty: none */
    struct buf chat;                    /* the chat whose order it keeps */
    struct buf error;                   /* of the last result, JSON text; empty: none */
    bool begun;                         /* it has made a request */
    bool ending, in_order;              /* its text is whole; later frames of the chat wait for it */
    UT_hash_handle hh;                  /* by the id */
};

/* ---- actions ---- */

static const struct json_edit of_stream[] = {
    {"op", {"\"send\"", 6}}, {"more", {NULL, 0}}, {"cut", {NULL, 0}}, {"paragraphs", {NULL, 0}}};
enum { OF_STREAM = sizeof of_stream / sizeof *of_stream };

bool stream_at_once(struct buf *out, const struct frame *action)
{
    if (json_is_true(frame_get(action, "more")) || json_is_true(frame_get(action, "cut")))
        return false;
    json_edit_members(out, action->line, &action->top, of_stream, OF_STREAM);
    return true;
}

static struct streamed *find(const struct streams *s, struct span id)
{
    struct streamed *g;
    HASH_FIND(hh, s->table, id.p, id.n, g);
    return g;
}

bool streams_have(const struct streams *s, struct span id)
{
    return find(s, id) != NULL;
}

/* Takes what all its requests share from the first action. */
static struct streamed *add(struct streams *s, const struct frame *action, const struct growing_rule *r)
{
    struct streamed *g = xcalloc(1, sizeof *g);
    struct json_edit edits[OF_STREAM + 1] = {{"content", {"\"\"", 2}}};
    memcpy(edits + 1, of_stream, sizeof of_stream);
    g->growing = growing_new(r);
    json_edit_members(&g->action, action->line, &action->top, edits, OF_STREAM + 1);
    buf_span(&g->id, frame_get(action, "requestId"));
    struct outbound o = {0};
    outbound_lift(&o, &action->top, &(struct buf){0});
    buf_span(&g->platform, o.platform);
    buf_span(&g->bot, o.bot);
    buf_span(&g->delivery, o.delivery);
    HASH_ADD_KEYPTR(hh, s->table, g->id.p, g->id.len, g);
    return g;
}

static void drop(struct streams *s, struct streamed *g)
{
    struct buf *all[] = {&g->action, &g->id, &g->platform, &g->bot, &g->delivery, &g->chat, &g->error};
    s->ending -= g->ending;
    HASH_DEL(s->table, g);
    growing_free(g->growing);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    free(g);
}

/* The text is whole: later frames of the chat wait until it is shown. */
static void begin_ending(struct streams *s, struct streamed *g)
{
    if (g->ending)
        return;
    g->ending = true;
    s->ending++;
    struct order_frame of = {
        .line = span_of(""), .id = buf_as_span(&g->id), .chat = buf_as_span(&g->chat), .more = true};
    order_add(s->order, &of);
}

bool streams_take(struct streams *s, const struct frame *action, struct span chat)
{
    struct growing_rule rule;
    struct buf text = {0};
    struct span id = frame_get(action, "requestId"), content = frame_get(action, "content");
    struct streamed *g = json_is_string(id) ? find(s, id) : NULL;
    bool more = json_is_true(frame_get(action, "more")), cut = json_is_true(frame_get(action, "cut"));
    if (!json_is_string(content) || (!g && !sender_grows(s->sender, action, &rule)))
        return false;
    if (!g)
        buf_span(&(g = add(s, action, &rule))->chat, chat);
    json_decode(&text, content);
    if (cut && !text.len)
        growing_end(g->growing, LAYOUT_CUT);
    else
        growing_text(g->growing, buf_as_span(&text), more ? LAYOUT_GROWS : cut ? LAYOUT_CUT : LAYOUT_WHOLE);
    buf_free(&text);
    if (!more)
        begin_ending(s, g);
    streams_go(s);
    return true;
}

/* ---- requests ---- */

static struct span or_none(const struct buf *b)
{
    return b->len ? buf_as_span(b) : (struct span){NULL, 0};
}

/* Makes the action of an edit from that of the send. */
static void make_edit(struct buf *out, const struct streamed *g, const struct growing_request *r)
{
    struct buf message = {0};
    json_quote(&message, r->message.p, r->message.n);
    struct json_edit edits[] = {{"op", span_of("\"edit\"")},
                                {"message_id", buf_as_span(&message)},
                                {"reply_to", {NULL, 0}},
                                {"finalize", r->last ? span_of("true") : (struct span){NULL, 0}}};
    json_edit(out, buf_as_span(&g->action), edits, sizeof edits / sizeof *edits);
    buf_free(&message);
}

static void emit_request(struct streams *s, struct streamed *g, const struct growing_request *r)
{
    struct buf line = {0}, action = {0}, id = {0}, content = {0};
    buf_add(&id, g->id.p, g->id.len - 1);
    buf_printf(&id, ".%lu\"", r->part);
    json_quote(&content, r->content.p, r->content.n);
    if (r->edit)
        make_edit(&action, g, r);
    else
        buf_span(&action, buf_as_span(&g->action));
    struct outbound o = {.id = buf_as_span(&id),
                         .action = buf_as_span(&action),
                         .lift = true,
                         .content = buf_as_span(&content),
                         .no_reply_to = !r->first,
                         .platform = or_none(&g->platform),
                         .bot = or_none(&g->bot),
                         .delivery = or_none(&g->delivery)};
    outbound_build(&line, &o);
    filter_emit_buf(s->f, &line);
    g->begun = true;
    buf_free(&line);
    buf_free(&action);
    buf_free(&id);
    buf_free(&content);
}

/* ---- the end ---- */

static void tell(struct streams *s, const struct streamed *g)
{
    const char *loss = outcome_loss(g->growing);
    if (!loss)
        return;
    complain("stream %.*s: %s", (int)g->id.len, g->id.p, loss);
    filter_fail(s->f, EX_NO);
}

/* The text is over: whoever asked gets its result. */
static void finish(struct streams *s, struct streamed *g)
{
    struct buf line = {0}, result = {0};
    outcome_build(&result, g->growing, or_none(&g->error));
    tell(s, g);
    json_begin(&line, '{');
    json_add_str(&line, "type", "outbound");
    json_add(&line, "requestId", buf_as_span(&g->id));
    json_key(&line, "action");
    json_begin(&line, '{');
    json_add_str(&line, "op", "stream");
    json_add(&line, "chat_id", json_find(buf_as_span(&g->action), "chat_id"));
    json_end(&line, '}');
    json_add(&line, "answered", buf_as_span(&result));
    json_end(&line, '}');
    filter_emit_buf(s->f, &line);
    order_settle(s->order, buf_as_span(&g->id), ORDER_GOOD, 0, 0);
    drop(s, g);
    buf_free(&line);
    buf_free(&result);
}

/* ---- the course of a text ---- */

static void go(struct streams *s, struct streamed *g)
{
    struct growing_request r;
    if (!g->begun && !order_is_first(s->order, buf_as_span(&g->chat), buf_as_span(&g->id)))
        return;
    while (growing_next(g->growing, s->released ? INT64_MAX : clock_ms(), &r)) {
        emit_request(s, g, &r);
        if (s->released) /* no result will come: an edit has happened, a message can be edited no more */
            growing_settle(g->growing, GROWING_GOOD, (struct span){NULL, 0}, 0);
    }
    if (growing_state(g->growing) != GROWING_ON)
        finish(s, g);
}

void streams_go(struct streams *s)
{
    struct streamed *g, *next;
    HASH_ITER (hh, s->table, g, next)
        go(s, g);
}

/* The text to which a request belongs, ID.N; *number is N. */
static struct streamed *find_request(const struct streams *s, struct span id, int64_t *number)
{
    struct buf name = {0};
    size_t n = id.n;
    while (n && id.p[n - 1] != '.')
        n--;
    if (!s->table || !json_is_string(id) || n < 2)
        return NULL;
    buf_add(&name, id.p + n, id.n - n - 1);
    bool is_number = number_parse(buf_cstr(&name), 1, INT64_MAX, number);
    name.len = 0;
    buf_add(&name, id.p, n - 1);
    buf_ch(&name, '"');
    struct streamed *g = is_number ? find(s, buf_as_span(&name)) : NULL;
    buf_free(&name);
    return g;
}

void streams_result(struct streams *s, const struct result *r)
{
    int64_t number;
    struct streamed *g = find_request(s, r->id, &number);
    if (!g || growing_waits(g->growing) != (unsigned long)number)
        return;
    struct buf message = {0};
    enum growing_result result = r->success          ? GROWING_GOOD
                                 : r->ambiguous      ? GROWING_UNSURE
                                 : r->declined       ? GROWING_DECLINED
                                 : result_invites(r) ? GROWING_LATER
                                                     : GROWING_BAD;
    g->error.len = 0;
    buf_span(&g->error, json_is_string(r->error) ? r->error : (struct span){NULL, 0});
    if (r->success)
        identifier_decode(&message, json_find(r->result, "message_id"));
    growing_settle(g->growing, result, buf_as_span(&message), clock_ms() + r->retry_after);
    buf_free(&message);
    go(s, g);
}

int64_t streams_due(const struct streams *s)
{
    int64_t due = INT64_MAX;
    for (const struct streamed *g = s->table; g; g = g->hh.next) {
        int64_t at = growing_due(g->growing);
        due = at < due ? at : due;
    }
    return due;
}

void streams_release(struct streams *s)
{
    s->released = true;
    for (struct streamed *g = s->table; g; g = g->hh.next) {
        if (!g->ending)
            growing_end(g->growing, LAYOUT_CUT);
        growing_settle(g->growing, GROWING_GOOD, (struct span){NULL, 0}, 0);
    }
    streams_go(s);
}

void streams_free(struct streams *s)
{
    struct streamed *g, *next;
    HASH_ITER (hh, s->table, g, next)
        drop(s, g);
}
