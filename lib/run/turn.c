/* SPDX-License-Identifier: MIT */
/* Turns. */
#include <stdlib.h>
#include <string.h>

#include "run/turn.h"

/* Appends a part of a key so that no two lists of parts give the same key. */
static bool add_part(struct buf *key, struct span v)
{
    struct buf text = {0};
    bool there = identifier_decode(&text, v);
    buf_printf(key, "%zu:", text.len);
    buf_span(key, buf_as_span(&text));
    buf_free(&text);
    return there;
}

static void identify(struct turn *t, const struct frame *inbound)
{
    struct span platform = json_find(t->source, "platform"), chat = json_find(t->source, "chat_id");
    struct span id = json_find(t->event, "message_id");
    if (t->session_key.p) {
        json_decode(&t->key, t->session_key);
    } else {
        add_part(&t->key, platform);
        add_part(&t->key, chat);
    }
    if (frame_buffered(inbound)) {
        identifier_decode(&t->buffer, frame_get(inbound, "bufferId"));
        frame_ack(&t->ack, inbound);
    }
    bool edit = json_is_true(json_find(t->event, "message_is_edit")) ||
                json_is_true(json_find(t->source, "message_is_edit"));
    if (!identifier_decode(&t->id, id) || edit)
        return;
    add_part(&t->message, platform);
    add_part(&t->message, chat);
    add_part(&t->message, id);
}

struct turn *turn_new(const struct frame *inbound)
{
    struct span line = inbound->line, event = frame_get(inbound, "event");
    struct span session = frame_get(inbound, "session_key");
    if (!json_is_object(event))
        return NULL;
    struct turn *t = xcalloc(1, sizeof *t);
    buf_span(&t->line, line);
    t->event = (struct span){t->line.p + (event.p - line.p), event.n};
    t->source = json_find(t->event, "source");
    if (json_is_string(session) && session.n > 2)
        t->session_key = (struct span){t->line.p + (session.p - line.p), session.n};
    identify(t, inbound);
    return t;
}

void turn_free(struct turn *t)
{
    if (!t)
        return;
    for (struct turn *h = t->held, *next; h; h = next) {
        next = h->next;
        turn_free(h);
    }
    buf_free(&t->line);
    buf_free(&t->key);
    buf_free(&t->id);
    buf_free(&t->ack);
    buf_free(&t->buffer);
    buf_free(&t->message);
    free(t);
}

static void add_short(struct buf *out, const struct buf *b)
{
    buf_add(out, b->p, b->len < TURN_NAME_MAX ? b->len : TURN_NAME_MAX);
    if (b->len > TURN_NAME_MAX)
        buf_str(out, "…");
}

void turn_name(struct buf *out, const struct turn *t)
{
    buf_str(out, "message ");
    add_short(out, t->id.len ? &t->id : &t->buffer);
    buf_str(out, t->id.len || t->buffer.len ? " of " : "without an id of ");
    add_short(out, &t->key);
}

bool turn_is_of(const struct turn *t, const struct buf *key)
{
    return t->key.len == key->len && memcmp(t->key.p, key->p, key->len) == 0;
}

/* Appends an identifier as a JSON string; nothing and false where it is none. */
static bool add_identifier(struct buf *out, struct span v)
{
    bool number = json_is_number(v);
    if (!number && !(json_is_string(v) && v.n > 2))
        return false;
    if (number)
        buf_ch(out, '"');
    buf_span(out, v);
    if (number)
        buf_ch(out, '"');
    return true;
}

/* Appends `,"name":"identifier"` where the identifier is there. */
static bool add_member(struct buf *out, const char *name, struct span v)
{
    size_t before = out->len;
    buf_printf(out, ",\"%s\":", name);
    if (add_identifier(out, v))
        return true;
    out->len = before;
    return false;
}

static void add_chat(struct buf *out, const struct turn *t)
{
    if (!add_identifier(out, json_find(t->source, "chat_id")))
        buf_str(out, "\"\"");
}

static void add_thread(struct buf *out, const struct turn *t)
{
    struct buf thread = {0};
    if (add_identifier(&thread, json_find(t->source, "thread_id"))) {
        buf_str(out, ",\"metadata\":{\"thread_id\":");
        buf_span(out, buf_as_span(&thread));
        buf_ch(out, '}');
    }
    buf_free(&thread);
}

void turn_reply(struct buf *out, const struct turn *t, struct span text, bool reply_to)
{
    buf_str(out, "{\"op\":\"send\",\"chat_id\":");
    add_chat(out, t);
    buf_str(out, ",\"content\":");
    json_quote(out, text.p, text.n);
    if (reply_to)
        add_member(out, "reply_to", json_find(t->event, "message_id"));
    add_thread(out, t);
    buf_ch(out, '}');
}

void turn_typing(struct buf *out, const struct turn *t)
{
    buf_str(out, "{\"op\":\"typing\",\"chat_id\":");
    add_chat(out, t);
    add_thread(out, t);
    buf_ch(out, '}');
}

/* Appends the metadata of an action with the message's thread; false where there is nothing to add. */
static bool add_metadata(struct buf *out, const struct turn *t, struct span metadata)
{
    struct buf thread = {0};
    bool add = add_identifier(&thread, json_find(t->source, "thread_id")) &&
               !json_find(metadata, "thread_id").p &&
               (!metadata.p || json_is_null(metadata) || json_is_object(metadata));
    struct span object = json_is_object(metadata) ? metadata : span_of("{}");
    if (add)
        json_edit(out, object, &(struct json_edit){"thread_id", buf_as_span(&thread)}, 1);
    buf_free(&thread);
    return add;
}

void turn_address(struct buf *out, const struct turn *t, const struct frame *action)
{
    struct buf chat = {0}, metadata = {0};
    struct json_edit edits[2];
    size_t n = 0;
    if (json_eq(action->name, "follow_up")) {
        if (t->session_key.p && !frame_get(action, "session_key").p)
            edits[n++] = (struct json_edit){"session_key", t->session_key};
    } else if (!frame_get(action, "chat_id").p) {
        add_chat(&chat, t);
        edits[n++] = (struct json_edit){"chat_id", buf_as_span(&chat)};
        if (add_metadata(&metadata, t, frame_get(action, "metadata")))
            edits[n++] = (struct json_edit){"metadata", buf_as_span(&metadata)};
    }
    if (n)
        json_edit(out, action->line, edits, n);
    else
        buf_span(out, action->line);
    buf_free(&chat);
    buf_free(&metadata);
}
