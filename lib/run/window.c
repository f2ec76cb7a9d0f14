/* SPDX-License-Identifier: MIT */
/* The part of an inbox that is in memory when there is a store. */
#include "run/sessions.h"

void inbox_release(struct inbox *b, struct turn *t)
{
    session_leave(b, t);
    t->session = NULL;
}

bool inbox_queue(struct inbox *b, struct turn *t)
{
    struct session *s = session_make(b, buf_as_span(&t->key));
    bool room = !s->deep && !inbox_is_full(b) && s->waiting < INBOX_WINDOW && !session_full(s);
    if (room)
        session_append(b, s, t);
    else
        s->deep = true;
    session_settle(b, s);
    return room;
}

void inbox_deepen(struct inbox *b, struct span key)
{
    struct session *s = session_make(b, key);
    s->deep = true;
    session_settle(b, s);
}

struct session *inbox_hungry(const struct inbox *b, struct span *key)
{
    if (!b->hungry || inbox_is_full(b))
        return NULL;
    *key = (struct span){b->hungry->key, b->hungry->n};
    return b->hungry;
}

void inbox_feed(struct inbox *b, struct session *s, struct turn *const *turns, size_t n, bool more,
                int64_t at)
{
    for (size_t i = 0; i < n; i++)
        session_append(b, s, turns[i]);
    s->deep = more;
    s->at = at;
    session_settle(b, s);
}

static struct turn *find_row(const struct session *s, int64_t row)
{
    struct turn *t = s ? s->queue : NULL;
    while (t && t->row != row)
        t = t->next;
    return t;
}

struct turn *inbox_pull(struct inbox *b, struct span key, int64_t row)
{
    struct session *s = session_find(b, key);
    struct turn *t = find_row(s, row);
    if (!t)
        return NULL;
    if (t == s->queue)
        s->at = 0;
    session_unlist(b, s);
    DL_DELETE(s->queue, t);
    session_count(b, s, t, false);
    session_settle(b, s);
    return t;
}

void inbox_hurry(struct inbox *b, struct span key, int64_t row)
{
    struct session *s = session_find(b, key);
    struct turn *t = find_row(s, row);
    if (!t)
        return;
    t->attempt = 0;
    if (t != s->queue || s->running)
        return;
    session_unlist(b, s);
    s->at = 0;
    session_settle(b, s);
}

bool inbox_holds(const struct inbox *b, struct span key)
{
    const struct session *s = session_find(b, key);
    const struct turn *t = s ? s->queue : NULL;
    while (t && !t->row)
        t = t->next;
    return t || (s && s->deep);
}

bool inbox_waits(const struct inbox *b, struct span key)
{
    const struct session *s = session_find(b, key);
    return s && (s->queue || s->deep);
}
