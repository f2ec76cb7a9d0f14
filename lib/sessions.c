/* SPDX-License-Identifier: MIT */
/* Sessions and their queues. */
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "sessions.h"

#define uthash_fatal(message) die(EX_OSERR, "cannot grow a table: %s", message)
#include <uthash.h>

struct session {
    UT_hash_handle hh;
    struct turn *first, *last; /* the queue */
    struct session *next;      /* in the list of those that are ready */
    bool running, ready;
    size_t n;
    char key[];
};

static struct session *session_of(struct sessions *s, const struct buf *key)
{
    struct session *e;
    HASH_FIND(hh, s->table, key->p, key->len, e);
    return e;
}

static struct session *session_make(struct sessions *s, const struct buf *key)
{
    struct session *e = session_of(s, key);
    if (e)
        return e;
    e = xcalloc(1, sizeof *e + key->len + 1);
    e->n = key->len;
    memcpy(e->key, key->p, key->len);
    HASH_ADD_KEYPTR(hh, s->table, e->key, e->n, e);
    return e;
}

/* Puts a session into the list where it has what may run, or frees it where nothing is left of it. */
static void settle(struct sessions *s, struct session *e)
{
    if (e->running || e->ready)
        return;
    if (!e->first) {
        HASH_DEL(s->table, e);
        free(e);
        return;
    }
    e->ready = true;
    e->next = NULL;
    if (s->ready)
        s->ready_last->next = e;
    else
        s->ready = e;
    s->ready_last = e;
}

static void count_in(struct sessions *s, const struct turn *t)
{
    s->waiting++;
    s->bytes += t->line.len;
}

static void count_out(struct sessions *s, const struct turn *t)
{
    s->waiting--;
    s->bytes -= t->line.len;
}

static void count_out_held(struct sessions *s, const struct turn *t)
{
    for (const struct turn *h = t->held; h; h = h->next)
        count_out(s, h);
}

void sessions_add(struct sessions *s, struct turn *t)
{
    struct session *e = session_make(s, &t->key);
    t->session = e;
    t->next = NULL;
    if (e->first)
        e->last->next = t;
    else
        e->first = t;
    e->last = t;
    count_in(s, t);
    settle(s, e);
}

void sessions_hold(struct sessions *s, struct turn *first, struct turn *redelivery)
{
    struct turn **at = &first->held;
    while (*at)
        at = &(*at)->next;
    redelivery->next = NULL;
    *at = redelivery;
    count_in(s, redelivery);
}

struct turn *sessions_next(struct sessions *s)
{
    while (s->ready) {
        struct session *e = s->ready;
        s->ready = e->next;
        e->ready = false;
        struct turn *t = e->first;
        if (!t) {
            settle(s, e);
            continue;
        }
        e->first = t->next;
        t->next = NULL;
        e->running = true;
        count_out(s, t);
        return t;
    }
    return NULL;
}

struct turn *sessions_retry(struct turn *failed)
{
    struct turn *t = failed->held;
    if (!t)
        return NULL;
    struct session *e = failed->session;
    failed->held = NULL;
    t->held = t->next;
    t->session = e;
    t->next = e->first;
    if (!e->first)
        e->last = t;
    e->first = t;
    return t;
}

void sessions_over(struct sessions *s, struct turn *t)
{
    count_out_held(s, t);
    t->session->running = false;
    settle(s, t->session);
    t->session = NULL;
}

static void take_all(struct sessions *s, struct session *e, struct turn ***end)
{
    for (struct turn *t = e->first; t; t = t->next) {
        count_out(s, t);
        count_out_held(s, t);
        t->session = NULL;
        **end = t;
        *end = &t->next;
    }
    e->first = e->last = NULL;
    settle(s, e);
}

struct turn *sessions_clear(struct sessions *s, const struct buf *key)
{
    struct turn *list = NULL, **end = &list;
    struct session *e, *next;
    if (key) {
        if ((e = session_of(s, key)))
            take_all(s, e, &end);
        return list;
    }
    HASH_ITER(hh, s->table, e, next)
    take_all(s, e, &end);
    return list;
}

struct turn *sessions_release(struct sessions *s, struct turn *t)
{
    struct turn *list = t->held;
    count_out_held(s, t);
    t->held = NULL;
    return list;
}
