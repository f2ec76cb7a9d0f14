/* SPDX-License-Identifier: MIT */
/* The sessions of an inbox. */
#include <stdlib.h>
#include <string.h>

#include "run/sessions.h"

struct session *session_find(const struct inbox *b, struct span key)
{
    struct session *s;
    HASH_FIND(hh, b->table, key.p, key.n, s);
    return s;
}

struct session *session_make(struct inbox *b, struct span key)
{
    struct session *s = session_find(b, key);
    if (s)
        return s;
    s = xcalloc(1, sizeof *s + key.n + 1);
    s->n = key.n;
    memcpy(s->key, key.p, key.n);
    HASH_ADD_KEYPTR(hh, b->table, s->key, s->n, s);
    return s;
}

bool session_full(const struct session *s)
{
    return s->waiting >= INBOX_SESSION_MAX || s->bytes >= INBOX_SESSION_BYTES;
}

static int by_moment(const struct session *a, const struct session *b)
{
    return (a->at > b->at) - (a->at < b->at);
}

void session_unlist(struct inbox *b, struct session *s)
{
    if (s->list == READY)
        DL_DELETE(b->ready, s);
    else if (s->list == LATER)
        DL_DELETE(b->later, s);
    else if (s->list == HUNGRY)
        DL_DELETE(b->hungry, s);
    s->list = RESTS;
}

void session_settle(struct inbox *b, struct session *s)
{
    if ((s->list == READY || s->list == LATER) && s->queue && !s->running)
        return;
    session_unlist(b, s);
    if (s->running)
        return;
    if (!s->queue && s->deep) {
        s->list = HUNGRY;
        DL_APPEND(b->hungry, s);
    } else if (!s->queue) {
        HASH_DEL(b->table, s);
        free(s);
    } else if (s->at) {
        s->list = LATER;
        DL_INSERT_INORDER(b->later, s, by_moment);
    } else {
        s->list = READY;
        DL_APPEND(b->ready, s);
    }
}

void session_count(struct inbox *b, struct session *s, const struct turn *t, bool in)
{
    bool was = session_full(s);
    size_t n = t->line.len;
    b->waiting += in ? 1 : (size_t)-1;
    s->waiting += in ? 1 : (size_t)-1;
    if (t->row)
        b->rows += in ? 1 : (size_t)-1;
    b->bytes += in ? n : -n;
    s->bytes += in ? n : -n;
    b->full += (size_t)session_full(s) - (size_t)was;
}

bool inbox_is_full(const struct inbox *b)
{
    return b->waiting >= INBOX_MAX || b->bytes >= INBOX_BYTES;
}

void session_append(struct inbox *b, struct session *s, struct turn *t)
{
    t->session = s;
    DL_APPEND(s->queue, t);
    session_count(b, s, t, true);
}

struct turn *session_shift(struct inbox *b, struct session *s)
{
    struct turn *t = s->queue;
    session_unlist(b, s);
    DL_DELETE(s->queue, t);
    t->prev = t->next = NULL;
    s->at = 0;
    session_count(b, s, t, false);
    return t;
}

void session_leave(struct inbox *b, struct turn *t)
{
    struct session *s = t->session;
    for (const struct turn *h = t->held; h; h = h->next)
        session_count(b, s, h, false);
    if (s->running == t)
        s->running = NULL;
    session_settle(b, s);
}
