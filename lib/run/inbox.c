/* SPDX-License-Identifier: MIT */
/* The inbox. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "run/inbox.h"

struct session {
    UT_hash_handle hh;
    struct session *prev, *next; /* in `ready` or `later` */
    enum { RESTS, READY, LATER } list;
    int64_t at;            /* when its first turn may run */
    struct turn *queue;    /* the turns that wait */
    struct turn *running;  /* the turn that runs, or NULL */
    size_t waiting, bytes; /* number and length of the queued turns and of all held redeliveries */
    size_t n;
    char key[];
};

static struct session *session_find(const struct inbox *b, const struct buf *key)
{
    struct session *s;
    HASH_FIND(hh, b->table, key->p, key->len, s);
    return s;
}

static struct session *session_make(struct inbox *b, const struct buf *key)
{
    struct session *s = session_find(b, key);
    if (s)
        return s;
    s = xcalloc(1, sizeof *s + key->len + 1);
    s->n = key->len;
    memcpy(s->key, key->p, key->len);
    HASH_ADD_KEYPTR(hh, b->table, s->key, s->n, s);
    return s;
}

static bool session_full(const struct session *s)
{
    return s->waiting >= INBOX_SESSION_MAX || s->bytes >= INBOX_SESSION_BYTES;
}

static int by_moment(const struct session *a, const struct session *b)
{
    return (a->at > b->at) - (a->at < b->at);
}

static void unlist(struct inbox *b, struct session *s)
{
    if (s->list == READY)
        DL_DELETE(b->ready, s);
    else if (s->list == LATER)
        DL_DELETE(b->later, s);
    s->list = RESTS;
}

/* Puts a session into the list to which it belongs now, or frees it if nothing is left in it. */
static void settle(struct inbox *b, struct session *s)
{
    if (s->list != RESTS && s->queue && !s->running)
        return;
    unlist(b, s);
    if (s->running)
        return;
    if (!s->queue) {
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

static void count(struct inbox *b, struct session *s, const struct turn *t, bool in)
{
    bool was = session_full(s);
    size_t n = t->line.len;
    b->waiting += in ? 1 : (size_t)-1;
    s->waiting += in ? 1 : (size_t)-1;
    b->bytes += in ? n : -n;
    s->bytes += in ? n : -n;
    b->full += (size_t)session_full(s) - (size_t)was;
}

static void note(struct inbox *b, struct turn *t)
{
    seen_open(&b->buffers, &t->buffer, t);
    seen_open(&b->messages, &t->message, t);
}

static void hold(struct inbox *b, struct turn *first, struct turn *redelivery)
{
    LL_APPEND(first->held, redelivery);
    count(b, first->session, redelivery, true);
}

enum inbox_verdict inbox_take(struct inbox *b, struct turn *t)
{
    void *by_buffer = NULL, *by_message = NULL;
    enum seen_state buffer = seen_find(&b->buffers, &t->buffer, &by_buffer);
    enum seen_state message = seen_find(&b->messages, &t->message, &by_message);
    if (buffer == SEEN_DONE || message == SEEN_DONE)
        return INBOX_HANDLED;
    struct turn *first = by_buffer ? by_buffer : by_message;
    struct session *s = first ? first->session : session_find(b, &t->key);
    if (b->waiting >= INBOX_MAX || b->bytes >= INBOX_BYTES || (s && session_full(s)))
        return INBOX_FULL;
    if (first) {
        hold(b, first, t);
        return INBOX_HELD;
    }
    note(b, t);
    s = session_make(b, &t->key);
    t->session = s;
    DL_APPEND(s->queue, t);
    count(b, s, t, true);
    settle(b, s);
    return INBOX_NEW;
}

bool inbox_knows(const struct inbox *b, const struct turn *t)
{
    void *owner;
    return seen_find(&b->buffers, &t->buffer, &owner) != SEEN_NEVER ||
           seen_find(&b->messages, &t->message, &owner) != SEEN_NEVER;
}

struct turn *inbox_holder(const struct inbox *b, const struct turn *t)
{
    void *owner = NULL;
    if (seen_find(&b->buffers, &t->buffer, &owner) != SEEN_OPEN)
        seen_find(&b->messages, &t->message, &owner);
    return owner;
}

/* Takes the first turn out of a session's queue. */
static struct turn *shift(struct inbox *b, struct session *s)
{
    struct turn *t = s->queue;
    unlist(b, s);
    DL_DELETE(s->queue, t);
    t->prev = t->next = NULL;
    s->at = 0;
    count(b, s, t, false);
    return t;
}

struct turn *inbox_next(struct inbox *b, int64_t now)
{
    while (b->later && b->later->at <= now) {
        struct session *s = b->later;
        unlist(b, s);
        s->at = 0;
        settle(b, s);
    }
    struct session *s = b->ready;
    if (!s)
        return NULL;
    s->running = shift(b, s);
    settle(b, s);
    return s->running;
}

int64_t inbox_until(const struct inbox *b)
{
    return b->later ? b->later->at : INT64_MAX;
}

/* Takes a turn out of its session, which may then run its next one. */
static void leave(struct inbox *b, struct turn *t)
{
    struct session *s = t->session;
    for (const struct turn *h = t->held; h; h = h->next)
        count(b, s, h, false);
    if (s->running == t)
        s->running = NULL;
    settle(b, s);
}

static void note_handled(struct inbox *b, const struct turn *t)
{
    seen_done(&b->buffers, &t->buffer);
    seen_done(&b->messages, &t->message);
}

void inbox_pass(struct inbox *b, const struct turn *t)
{
    note_handled(b, t);
}

void inbox_handled(struct inbox *b, struct turn *t)
{
    note_handled(b, t);
    for (const struct turn *h = t->held; h; h = h->next)
        note_handled(b, h);
    leave(b, t);
    turn_free(t);
}

void inbox_given_up(struct inbox *b, struct turn *t)
{
    seen_drop(&b->buffers, &t->buffer, t);
    seen_drop(&b->messages, &t->message, t);
    leave(b, t);
    turn_free(t);
}

void inbox_again(struct inbox *b, struct turn *t, int64_t at)
{
    struct session *s = t->session;
    DL_PREPEND(s->queue, t);
    count(b, s, t, true);
    s->running = NULL;
    s->at = at;
    settle(b, s);
}

struct turn *inbox_pop(struct inbox *b, const struct buf *key)
{
    struct session *s = NULL;
    if (key)
        s = session_find(b, key);
    else
        for (s = b->table; s && !s->queue;)
            s = s->hh.next;
    return s && s->queue ? shift(b, s) : NULL;
}

size_t inbox_deliveries(const struct turn *t)
{
    size_t n = 1;
    for (const struct turn *h = t->held; h; h = h->next)
        n++;
    return n;
}

bool inbox_full(const struct inbox *b)
{
    return b->waiting >= INBOX_MAX || b->bytes >= INBOX_BYTES || b->full > 0;
}

void inbox_free(struct inbox *b)
{
    for (struct turn *t; (t = inbox_pop(b, NULL));)
        inbox_given_up(b, t);
    seen_free(&b->buffers);
    seen_free(&b->messages);
}
