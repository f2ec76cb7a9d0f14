/* SPDX-License-Identifier: MIT */
/* The inbox. */
#include "run/sessions.h"

static void note(struct inbox *b, struct turn *t)
{
    seen_open(&b->buffers, &t->buffer, t);
    seen_open(&b->messages, &t->message, t);
}

static void forget(struct inbox *b, const struct turn *t)
{
    seen_drop(&b->buffers, &t->buffer, t);
    seen_drop(&b->messages, &t->message, t);
}

static void hold(struct inbox *b, struct turn *first, struct turn *redelivery)
{
    LL_APPEND(first->held, redelivery);
    session_count(b, first->session, redelivery, true);
}

enum inbox_verdict inbox_take(struct inbox *b, struct turn *t)
{
    void *by_buffer = NULL, *by_message = NULL;
    enum seen_state buffer = seen_find(&b->buffers, &t->buffer, &by_buffer);
    enum seen_state message = seen_find(&b->messages, &t->message, &by_message);
    if (buffer == SEEN_DONE || message == SEEN_DONE)
        return INBOX_HANDLED;
    struct turn *first = by_buffer ? by_buffer : by_message;
    struct session *s = first ? first->session : session_find(b, buf_as_span(&t->key));
    if (inbox_is_full(b) || (s && session_full(s)))
        return INBOX_FULL;
    if (first) {
        hold(b, first, t);
        return INBOX_HELD;
    }
    note(b, t);
    s = session_make(b, buf_as_span(&t->key));
    session_append(b, s, t);
    session_settle(b, s);
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

struct turn *inbox_next(struct inbox *b, int64_t now)
{
    while (b->later && b->later->at <= now) {
        struct session *s = b->later;
        session_unlist(b, s);
        s->at = 0;
        session_settle(b, s);
    }
    struct session *s = b->ready;
    if (!s)
        return NULL;
    s->running = session_shift(b, s);
    session_settle(b, s);
    return s->running;
}

int64_t inbox_until(const struct inbox *b)
{
    return b->later ? b->later->at : INT64_MAX;
}

/* One from a queue that comes again is to run again: who fetched it knows why. */
static void note_handled(struct inbox *b, const struct turn *t)
{
    if (t->delivery.p) {
        forget(b, t);
        return;
    }
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
    session_leave(b, t);
    turn_free(t);
}

void inbox_given_up(struct inbox *b, struct turn *t)
{
    forget(b, t);
    session_leave(b, t);
    turn_free(t);
}

void inbox_again(struct inbox *b, struct turn *t, int64_t at)
{
    struct session *s = t->session;
    DL_PREPEND(s->queue, t);
    session_count(b, s, t, true);
    s->running = NULL;
    s->at = at;
    session_settle(b, s);
}

struct turn *inbox_pop(struct inbox *b, const struct buf *key)
{
    struct session *s = NULL;
    if (key)
        s = session_find(b, buf_as_span(key));
    else
        for (s = b->table; s && !s->queue;)
            s = s->hh.next;
    return s && s->queue ? session_shift(b, s) : NULL;
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
    return inbox_is_full(b) || b->full > 0;
}

void inbox_free(struct inbox *b)
{
    for (struct turn *t; (t = inbox_pop(b, NULL));)
        inbox_given_up(b, t);
    for (struct session *s = b->table, *next; s; s = next) {
        next = s->hh.next;
        if (s->running)
            inbox_given_up(b, s->running);
    }
    while (b->hungry) {
        b->hungry->deep = false;
        session_settle(b, b->hungry);
    }
    seen_free(&b->buffers);
    seen_free(&b->messages);
}
