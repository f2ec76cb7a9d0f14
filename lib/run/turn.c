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

struct span turn_gateway(const struct frame *fr)
{
    struct span v = frame_get(fr, "gateway");
    return json_has_text(v) ? v : (struct span){NULL, 0};
}

struct span turn_delivery(const struct frame *fr)
{
    bool is = frame_buffered(fr) && turn_gateway(fr).p;
    return is ? frame_get(fr, "bufferId") : (struct span){NULL, 0};
}

/* "GATEWAY/", with % and / of the gateway's name as %XX, so that two lists of parts never give the same key.
 */
static void add_gateway(struct buf *out, struct span gateway)
{
    struct buf name = {0};
    if (!gateway.p)
        return;
    json_decode(&name, gateway);
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] == '%' || name.p[i] == '/')
            buf_printf(out, "%%%02X", (unsigned)name.p[i]);
        else
            buf_ch(out, name.p[i]);
    buf_ch(out, '/');
    buf_free(&name);
}

void turn_key(struct buf *out, struct span gateway, struct span session_key)
{
    add_gateway(out, gateway);
    json_decode(out, session_key);
}

/* A small number of the frame; 0: it is missing, or not one. */
static int number_of(const struct frame *fr, const char *name)
{
    struct span v = frame_get(fr, name);
    int n = 0;
    if (!json_is_integer(v) || *v.p == '-' || v.n > 4)
        return 0;
    for (size_t i = 0; i < v.n; i++)
        n = n * 10 + (v.p[i] - '0');
    return n;
}

static struct span moved(const struct turn *t, const struct frame *inbound, struct span v)
{
    return (struct span){t->line.p + (v.p - inbound->line.p), v.n};
}

/* What relay-work adds to a message that it fetched from a queue. */
static void identify_delivery(struct turn *t, const struct frame *inbound)
{
    struct span gateway = turn_gateway(inbound), delivery = turn_delivery(inbound);
    int attempt = number_of(inbound, "attempt");
    if (!gateway.p)
        return;
    t->gateway = moved(t, inbound, gateway);
    add_gateway(&t->key, gateway);
    if (!delivery.p)
        return;
    t->delivery = moved(t, inbound, delivery);
    t->attempt = attempt ? attempt - 1 : 0;
    t->attempts = number_of(inbound, "attempts");
    add_gateway(&t->buffer, gateway);
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
    struct span event = frame_get(inbound, "event");
    struct span session = frame_get(inbound, "session_key"), bot = frame_get(inbound, "botId");
    if (!json_is_object(event))
        return NULL;
    struct turn *t = xcalloc(1, sizeof *t);
    buf_span(&t->line, inbound->line);
    t->event = moved(t, inbound, event);
    t->source = json_find(t->event, "source");
    if (json_is_string(session) && session.n > 2)
        t->session_key = moved(t, inbound, session);
    if (json_is_string(bot) && bot.n > 2)
        t->bot = moved(t, inbound, bot);
    identify_delivery(t, inbound);
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
