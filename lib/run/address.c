/* SPDX-License-Identifier: MIT */
/* The address of a message. */
#include <string.h>

#include "relay/action.h"
#include "run/address.h"
#include "json/write.h"

static void add_identifier(struct buf *out, const char *name, struct span v)
{
    if (!identifier_is(v))
        return;
    json_key(out, name);
    identifier_add(out, v);
}

static void add_chat(struct buf *out, const struct turn *t)
{
    if (!identifier_add(out, json_find(t->source, "chat_id")))
        buf_str(out, "\"\"");
}

static void begin_action(struct buf *out, const char *op, const struct turn *t)
{
    json_begin(out, '{');
    json_add_str(out, "op", op);
    json_key(out, "chat_id");
    add_chat(out, t);
}

/* The platform's name; {NULL, 0} if the message names none, that is, if it is "relay". */
static struct span platform_of(const struct turn *t)
{
    struct span v = json_find(t->source, "platform");
    return json_has_text(v) && !json_eq(v, "relay") ? v : (struct span){NULL, 0};
}

/* The members of an answer's metadata, and where each is taken from in the message. The scope has two names
 * on the wire; older connectors read the second one. */
static const struct {
    const char *name, *from, *other;
} carried[] = {
    {"scope_id", "scope_id", "guild_id"}, {"guild_id", "scope_id", "guild_id"}, {"user_id", "user_id", NULL},
    {"profile", "profile", NULL},         {"thread_id", "thread_id", NULL},
};
enum { CARRIED = sizeof carried / sizeof *carried };

/* Whether metadata has the member, or, for the scope, the member with its other name. */
static bool is_given(struct span metadata, size_t i)
{
    return json_find(metadata, carried[i].name).p ||
           (carried[i].other && (json_find(metadata, "scope_id").p || json_find(metadata, "guild_id").p));
}

/* Appends the metadata object with the missing members added; false if there is nothing to add. anchor: the
 * thread_id for a message that has none, or {NULL, 0}. */
static bool add_metadata(struct buf *out, const struct turn *t, struct span metadata, struct span anchor)
{
    struct buf values[CARRIED] = {{0}};
    struct json_edit edits[CARRIED];
    size_t n = 0;
    if (metadata.p && !json_is_null(metadata) && !json_is_object(metadata))
        return false;
    for (size_t i = 0; i < CARRIED; i++) {
        if (is_given(metadata, i))
            continue;
        if (identifier_add(&values[i], json_find(t->source, carried[i].from)) ||
            (carried[i].other && identifier_add(&values[i], json_find(t->source, carried[i].other))) ||
            (strcmp(carried[i].name, "thread_id") == 0 && identifier_add(&values[i], anchor)))
            edits[n++] = (struct json_edit){carried[i].name, buf_as_span(&values[i])};
    }
    if (n)
        json_edit(out, json_is_object(metadata) ? metadata : span_of("{}"), edits, n);
    for (size_t i = 0; i < CARRIED; i++)
        buf_free(&values[i]);
    return n > 0;
}

/* Appends the members that end an action made here. */
static void add_address(struct buf *out, const struct turn *t, struct span anchor)
{
    struct buf metadata = {0};
    add_identifier(out, "platform", platform_of(t));
    add_identifier(out, "botId", t->bot);
    if (add_metadata(&metadata, t, (struct span){NULL, 0}, anchor))
        json_add(out, "metadata", buf_as_span(&metadata));
    json_add_bool(out, "addressed", true);
    json_add(out, "delivery", t->delivery);
    json_end(out, '}');
    buf_free(&metadata);
}

/* Slack knows replies as threads only: a message without a thread begins one. */
static struct span anchor_of(const struct turn *t)
{
    struct buf platform = {0};
    platform_decode(&platform, json_find(t->source, "platform"));
    bool threads = span_eq(buf_as_span(&platform), "slack");
    buf_free(&platform);
    return threads ? json_find(t->event, "message_id") : (struct span){NULL, 0};
}

void address_reply(struct buf *out, const struct turn *t, struct span text, bool reply_to)
{
    begin_action(out, "send", t);
    json_add_text(out, "content", text);
    if (reply_to)
        add_identifier(out, "reply_to", json_find(t->event, "message_id"));
    add_address(out, t, reply_to ? anchor_of(t) : (struct span){NULL, 0});
}

void address_stream(struct buf *out, const struct turn *t, struct span id, struct span text, unsigned how)
{
    begin_action(out, "stream", t);
    json_add(out, "requestId", id);
    json_add_text(out, "content", text);
    if (how & ADDRESS_REPLY)
        add_identifier(out, "reply_to", json_find(t->event, "message_id"));
    if (how & ADDRESS_MORE)
        json_add_bool(out, "more", true);
    if (how & ADDRESS_CUT)
        json_add_bool(out, "cut", true);
    if (how & ADDRESS_PARAGRAPHS)
        json_add_bool(out, "paragraphs", true);
    add_address(out, t, how & ADDRESS_REPLY ? anchor_of(t) : (struct span){NULL, 0});
}

void address_typing(struct buf *out, const struct turn *t, bool end)
{
    begin_action(out, "typing", t);
    if (end)
        json_add_str(out, "content", "");
    add_address(out, t, (struct span){NULL, 0});
}

bool address_react(struct buf *out, const struct turn *t, const char *emoji, bool remove)
{
    struct span message = json_find(t->event, "message_id");
    if (!identifier_is(message))
        return false;
    begin_action(out, "react", t);
    add_identifier(out, "message_id", message);
    json_add_str(out, "emoji", emoji);
    if (remove)
        json_add_bool(out, "remove", true);
    add_address(out, t, (struct span){NULL, 0});
    return true;
}

static bool same_identifier(struct span a, struct span b)
{
    struct buf x = {0}, y = {0};
    bool same = identifier_decode(&x, a) && identifier_decode(&y, b) &&
                span_same(buf_as_span(&x), buf_as_span(&y));
    buf_free(&x);
    buf_free(&y);
    return same;
}

static bool same_platform(struct span a, struct span b)
{
    struct buf x = {0}, y = {0};
    bool same = platform_decode(&x, a) && platform_decode(&y, b) &&
                span_same(buf_as_span(&x), buf_as_span(&y));
    buf_free(&x);
    buf_free(&y);
    return same;
}

/* Whether the action goes to the message's chat, or does not name a chat. */
static bool is_ours(const struct turn *t, const struct frame *action)
{
    struct span chat = frame_get(action, "chat_id"), platform = frame_get(action, "platform");
    return (json_is_absent(chat) || same_identifier(chat, json_find(t->source, "chat_id"))) &&
           (json_is_absent(platform) || same_platform(platform, json_find(t->source, "platform")));
}

/* A follow_up names a session; its metadata and platform are left alone (protocol §4). */
static size_t address_session(struct json_edit *edits, const struct turn *t, const struct frame *action)
{
    struct span session = frame_get(action, "session_key");
    size_t n = 0;
    if (!t->session_key.p || !(json_is_absent(session) || same_identifier(session, t->session_key)))
        return 0;
    if (json_is_absent(session))
        edits[n++] = (struct json_edit){"session_key", t->session_key};
    if (t->bot.p && json_is_absent(frame_get(action, "botId")))
        edits[n++] = (struct json_edit){"botId", t->bot};
    edits[n++] = (struct json_edit){"addressed", span_of("true")};
    return n;
}

void address_action(struct buf *out, const struct turn *t, const struct frame *action)
{
    struct buf chat = {0}, metadata = {0};
    struct json_edit edits[6];
    size_t n = 0;
    if (json_eq(action->name, "follow_up")) {
        n = address_session(edits, t, action);
    } else if (!op_is_interrupt(op_find(action->name)) && is_ours(t, action)) {
        struct span platform = platform_of(t);
        add_chat(&chat, t);
        if (json_is_absent(frame_get(action, "chat_id")))
            edits[n++] = (struct json_edit){"chat_id", buf_as_span(&chat)};
        if (platform.p && json_is_absent(frame_get(action, "platform")))
            edits[n++] = (struct json_edit){"platform", platform};
        if (t->bot.p && json_is_absent(frame_get(action, "botId")))
            edits[n++] = (struct json_edit){"botId", t->bot};
        if (add_metadata(&metadata, t, frame_get(action, "metadata"), (struct span){NULL, 0}))
            edits[n++] = (struct json_edit){"metadata", buf_as_span(&metadata)};
        edits[n++] = (struct json_edit){"addressed", span_of("true")};
    }
    if (t->delivery.p)
        edits[n++] = (struct json_edit){"delivery", t->delivery};
    if (n)
        json_edit(out, action->line, edits, n);
    else
        buf_span(out, action->line);
    buf_free(&chat);
    buf_free(&metadata);
}
