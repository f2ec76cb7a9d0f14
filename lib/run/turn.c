/* SPDX-License-Identifier: MIT */
/* Turns. */
#include <stdlib.h>
#include <string.h>

#include "run/requests.h"

/* Appends a part of a key in such a way that different lists of parts never give the same key. */
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
        if (!add_part(&t->key, chat))
            add_part(&t->key, json_find(t->source, "user_id"));
    }
    if (frame_buffered(inbound)) {
        identifier_decode(&t->buffer, frame_get(inbound, "bufferId"));
        frame_ack(&t->ack, inbound);
    }
    bool edit = json_is_true(json_find(t->event, "message_is_edit")) ||
                json_is_true(json_find(t->source, "message_is_edit"));
    if (!identifier_decode(&t->id, id) || edit)
        return;
    buf_printf(&t->message, "%zu:", t->key.len);
    buf_span(&t->message, buf_as_span(&t->key));
    add_part(&t->message, id);
}

struct turn *turn_new(const struct frame *inbound)
{
    struct span line = inbound->line, event = frame_get(inbound, "event");
    struct span session = frame_get(inbound, "session_key"), bot = frame_get(inbound, "botId");
    if (!json_is_object(event))
        return NULL;
    struct turn *t = xcalloc(1, sizeof *t);
    buf_span(&t->line, line);
    t->event = (struct span){t->line.p + (event.p - line.p), event.n};
    t->source = json_find(t->event, "source");
    if (json_is_string(session) && session.n > 2)
        t->session_key = (struct span){t->line.p + (session.p - line.p), session.n};
    if (json_is_string(bot) && bot.n > 2)
        t->bot = (struct span){t->line.p + (bot.p - line.p), bot.n};
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
    requests_leave(t);
    buf_free(&t->line);
    buf_free(&t->key);
    buf_free(&t->id);
    buf_free(&t->ack);
    buf_free(&t->buffer);
    buf_free(&t->message);
    buf_free(&t->files);
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

void turn_session(struct buf *out, const struct turn *t)
{
    add_short(out, &t->key);
}

bool turn_is_of(const struct turn *t, const struct buf *key)
{
    return t->key.len == key->len && memcmp(t->key.p, key->p, key->len) == 0;
}
