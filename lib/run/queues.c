/* SPDX-License-Identifier: MIT */
/* Turns that wait. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/table.h"
#include "run/queues.h"

struct queue {
    UT_hash_handle hh;
    struct turn *first, *last; /* the queue */
    struct queue *next;        /* in the list of those that are ready */
    bool running, ready;
    size_t n;
    char key[];
};

static struct queue *queue_of(struct queues *s, const struct buf *key)
{
    struct queue *e;
    HASH_FIND(hh, s->table, key->p, key->len, e);
    return e;
}

static struct queue *queue_make(struct queues *s, const struct buf *key)
{
    struct queue *e = queue_of(s, key);
    if (e)
        return e;
    e = xcalloc(1, sizeof *e + key->len + 1);
    e->n = key->len;
    memcpy(e->key, key->p, key->len);
    HASH_ADD_KEYPTR(hh, s->table, e->key, e->n, e);
    return e;
}

/* Puts a session into the list where it has what may run, or frees it where nothing is left of it. */
static void settle(struct queues *s, struct queue *e)
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

static void count_in(struct queues *s, const struct turn *t)
{
    s->waiting++;
    s->bytes += t->line.len;
}

static void count_out(struct queues *s, const struct turn *t)
{
    s->waiting--;
    s->bytes -= t->line.len;
}

static void count_out_held(struct queues *s, const struct turn *t)
{
    for (const struct turn *h = t->held; h; h = h->next)
        count_out(s, h);
}

void queues_add(struct queues *s, struct turn *t)
{
    struct queue *e = queue_make(s, &t->key);
    t->queue = e;
    t->next = NULL;
    if (e->first)
        e->last->next = t;
    else
        e->first = t;
    e->last = t;
    count_in(s, t);
    settle(s, e);
}

void queues_hold(struct queues *s, struct turn *first, struct turn *redelivery)
{
    struct turn **at = &first->held;
    while (*at)
        at = &(*at)->next;
    redelivery->next = NULL;
    *at = redelivery;
    count_in(s, redelivery);
}

struct turn *queues_next(struct queues *s)
{
    while (s->ready) {
        struct queue *e = s->ready;
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

struct turn *queues_retry(struct turn *failed)
{
    struct turn *t = failed->held;
    if (!t)
        return NULL;
    struct queue *e = failed->queue;
    failed->held = NULL;
    t->held = t->next;
    t->queue = e;
    t->next = e->first;
    if (!e->first)
        e->last = t;
    e->first = t;
    return t;
}

void queues_over(struct queues *s, struct turn *t)
{
    count_out_held(s, t);
    t->queue->running = false;
    settle(s, t->queue);
    t->queue = NULL;
}

static void take_all(struct queues *s, struct queue *e, struct turn ***end)
{
    for (struct turn *t = e->first; t; t = t->next) {
        count_out(s, t);
        count_out_held(s, t);
        t->queue = NULL;
        **end = t;
        *end = &t->next;
    }
    e->first = e->last = NULL;
    settle(s, e);
}

struct turn *queues_clear(struct queues *s, const struct buf *key)
{
    struct turn *list = NULL, **end = &list;
    struct queue *e, *next;
    if (key) {
        if ((e = queue_of(s, key)))
            take_all(s, e, &end);
        return list;
    }
    for (e = s->table; e; e = next) {
        next = e->hh.next;
        take_all(s, e, &end);
    }
    return list;
}

struct turn *queues_release(struct queues *s, struct turn *t)
{
    struct turn *list = t->held;
    count_out_held(s, t);
    t->held = NULL;
    return list;
}
