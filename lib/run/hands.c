/* SPDX-License-Identifier: MIT */
/* The messages that a long-lived COMMAND has in hand. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "run/hands.h"

enum { LOOK_EVERY = 1000 }; /* ms */

struct hand {
    UT_hash_handle hh;
    size_t count; /* deliveries: a session may have several */
    struct buf chat;
    unsigned made; /* requests named for it */
    int64_t until; /* when it expires; INT64_MAX: never, it is buffered */
    size_t n;
    char key[]; /* 'b' and the bufferId, or 's' and the session key */
};

static struct hand *find(const struct hands *h, const struct buf *key)
{
    struct hand *e;
    HASH_FIND(hh, h->table, key->p, key->len, e);
    return e;
}

static void drop(struct hands *h, struct hand *e)
{
    h->count -= e->count;
    HASH_DEL(h->table, e);
    buf_free(&e->chat);
    free(e);
}

/* The key of a delivery, or of a frame about it. */
static bool key_of(struct buf *key, char kind, struct span v)
{
    buf_ch(key, kind);
    return identifier_decode(key, v);
}

static struct hand *make(struct hands *h, const struct buf *key)
{
    if (HASH_COUNT(h->table) >= HANDS_MAX)
        return NULL;
    struct hand *e = xcalloc(1, sizeof *e + key->len);
    e->n = key->len;
    memcpy(e->key, key->p, key->len);
    HASH_ADD_KEYPTR(hh, h->table, e->key, e->n, e);
    return e;
}

static void give(struct hands *h, const struct frame *fr, int64_t now)
{
    struct buf key = {0};
    struct span source = json_find(frame_get(fr, "event"), "source");
    bool buffered = frame_buffered(fr);
    if (buffered)
        key_of(&key, 'b', frame_get(fr, "bufferId"));
    else if (!key_of(&key, 's', frame_get(fr, "session_key")))
        identifier_decode(&key, json_find(source, "chat_id"));
    struct hand *e = find(h, &key);
    if (!e && (e = make(h, &key)))
        identifier_decode(&e->chat, json_find(source, "chat_id"));
    buf_free(&key);
    if (!e || (buffered && e->count))
        return;
    e->until = buffered ? INT64_MAX : now + HANDS_LIVE;
    e->count++;
    h->count++;
    if (!buffered && !h->look_at)
        h->look_at = now + HANDS_LIVE;
}

/* Drops the entry with that key. */
static void drop_key(struct hands *h, char kind, struct span v)
{
    struct buf key = {0};
    struct hand *e;
    if (key_of(&key, kind, v) && (e = find(h, &key)))
        drop(h, e);
    buf_free(&key);
}

void hands_give(struct hands *h, const struct frame *fr, int64_t now)
{
    if (fr->type == FRAME_INBOUND)
        give(h, fr, now);
    else
        drop_key(h, 's', frame_get(fr, "session_key"));
}

/* Drops the live deliveries of a chat. */
static void drop_chat(struct hands *h, struct span chat)
{
    struct buf name = {0};
    struct hand *e, *next;
    if (identifier_decode(&name, chat))
        HASH_ITER (hh, h->table, e, next) {
            if (e->until < INT64_MAX && span_same(buf_as_span(&e->chat), buf_as_span(&name)))
                drop(h, e);
        }
    buf_free(&name);
}

void hands_take(struct hands *h, const struct frame *fr)
{
    struct span action = frame_get(fr, "action");
    if (!h->table)
        return;
    if (fr->type == FRAME_INBOUND_ACK || fr->type == FRAME_INBOUND_NACK)
        drop_key(h, 'b', frame_get(fr, "bufferId"));
    if (fr->type == FRAME_ACTION || fr->type == FRAME_OUTBOUND) {
        bool whole = fr->type == FRAME_OUTBOUND;
        drop_chat(h, whole ? json_find(action, "chat_id") : frame_get(fr, "chat_id"));
        drop_key(h, 's', whole ? json_find(action, "session_key") : frame_get(fr, "session_key"));
    }
}

unsigned *hands_made(struct hands *h, struct span buffer_id)
{
    struct buf key = {0};
    struct hand *e = key_of(&key, 'b', buffer_id) ? find(h, &key) : NULL;
    buf_free(&key);
    return e ? &e->made : NULL;
}

void hands_expire(struct hands *h, int64_t now)
{
    struct hand *e, *next;
    int64_t first = INT64_MAX;
    if (!h->look_at || now < h->look_at)
        return;
    HASH_ITER (hh, h->table, e, next) {
        if (e->until <= now)
            drop(h, e);
        else if (e->until < first)
            first = e->until;
    }
    /* at most once per LOOK_EVERY, however many expire */
    h->look_at = first == INT64_MAX ? 0 : first < now + LOOK_EVERY ? now + LOOK_EVERY : first;
}

int64_t hands_until(const struct hands *h)
{
    return h->look_at ? h->look_at : INT64_MAX;
}

void hands_free(struct hands *h)
{
    while (h->table)
        drop(h, h->table);
}
