/* SPDX-License-Identifier: MIT */
/* What the frames that owe an answer asked for. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "decode/asked.h"

enum { LONGEST = 64 };

struct asked_entry {
    UT_hash_handle hh;
    struct asked asked;
    size_t n; /* bytes of the key, which begins the text */
    char text[1 + ASKED_ID + 3 * LONGEST];
};

/* The type of the frame that owes what this one is; FRAME_OTHER: it answers nothing. */
static enum frame_type asks(enum frame_type answer)
{
    switch (answer) {
    case FRAME_OUTBOUND_RESULT:
        return FRAME_OUTBOUND;
    case FRAME_DESCRIPTOR:
        return FRAME_HELLO;
    case FRAME_GOING_IDLE_ACK:
        return FRAME_GOING_IDLE;
    case FRAME_INBOUND_ACK:
    case FRAME_INBOUND_NACK:
        return FRAME_INBOUND;
    default:
        return FRAME_OTHER;
    }
}

/* What kind of entry the frame becomes; FRAME_OTHER: it owes no answer. */
static enum frame_type owes(const struct frame *f)
{
    bool delivery = f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD;
    if (delivery)
        return frame_buffered(f) ? FRAME_INBOUND : FRAME_OTHER;
    return f->type == FRAME_OUTBOUND || f->type == FRAME_HELLO || f->type == FRAME_GOING_IDLE ? f->type
                                                                                              : FRAME_OTHER;
}

static struct span id_of(enum frame_type type, const struct summary *s)
{
    switch (type) {
    case FRAME_OUTBOUND:
        return s->request_id;
    case FRAME_HELLO:
        return s->platform;
    case FRAME_INBOUND:
        return s->buffer_id;
    default:
        return span_of("-");
    }
}

/* The key is a byte for the type, then the id. False: there is none, or it is too long. */
static bool make_key(char key[1 + ASKED_ID], size_t *n, enum frame_type type, struct span id)
{
    if (!id.n || id.n > ASKED_ID)
        return false;
    key[0] = (char)type;
    memcpy(key + 1, id.p, id.n);
    *n = 1 + id.n;
    return true;
}

static struct span keep(char **to, struct span text)
{
    size_t n = text.n < LONGEST ? text.n : LONGEST;
    while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    struct span kept = {*to, n};
    if (n)
        memcpy(*to, text.p, n);
    *to += n;
    return kept;
}

static void drop(struct asked_table *t, struct asked_entry *e)
{
    HASH_DELETE(hh, t->entries, e);
    free(e);
}

static void remember(struct asked_table *t, enum frame_type type, const struct summary *s, int64_t us)
{
    struct asked_entry *e = xcalloc(1, sizeof *e), *old;
    if (!make_key(e->text, &e->n, type, id_of(type, s))) {
        free(e);
        return;
    }
    char *to = e->text + e->n;
    HASH_FIND(hh, t->entries, e->text, e->n, old);
    if (old)
        drop(t, old);
    e->asked = (struct asked){.type = type, .us = us, .id = {e->text + 1, e->n - 1}, .entry = e};
    e->asked.op = keep(&to, type == FRAME_OUTBOUND ? s->kind : s->type);
    e->asked.platform = keep(&to, s->platform);
    e->asked.chat = keep(&to, s->chat);
    HASH_ADD_KEYPTR(hh, t->entries, e->text, e->n, e);
    if (HASH_COUNT(t->entries) > ASKED_MOST) {
        drop(t, t->entries);
        t->forgotten++;
    }
}

const struct asked *asked_take(struct asked_table *t, const struct frame *f, const struct summary *s,
                               int64_t us)
{
    char key[1 + ASKED_ID];
    size_t n;
    enum frame_type answered = asks(f->type), owing = owes(f);
    free(t->last);
    t->last = NULL;
    if (answered && make_key(key, &n, answered, id_of(answered, s)))
        HASH_FIND(hh, t->entries, key, n, t->last);
    if (t->last)
        HASH_DELETE(hh, t->entries, t->last);
    if (owing)
        remember(t, owing, s, us);
    return t->last ? &t->last->asked : NULL;
}

const struct asked *asked_next(const struct asked_table *t, const struct asked *a)
{
    const struct asked_entry *e = a ? a->entry->hh.next : t->entries;
    return e ? &e->asked : NULL;
}

void asked_free(struct asked_table *t)
{
    while (t->entries)
        drop(t, t->entries);
    free(t->last);
    t->last = NULL;
}
