/* SPDX-License-Identifier: MIT */
/* The inbox. */
#include "run/inbox.h"

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

static void note_handled(struct inbox *b, const struct turn *t)
{
    seen_done(&b->buffers, &t->buffer);
    seen_done(&b->messages, &t->message);
}

static size_t drop_list(struct inbox *b, struct turn *list)
{
    size_t n = 0;
    for (struct turn *t = list, *next; t; t = next, n++) {
        next = t->next;
        for (struct turn *h = t->held; h; h = h->next)
            n++;
        forget(b, t);
        turn_free(t);
    }
    return n;
}

enum inbox_verdict inbox_take(struct inbox *b, struct turn *t)
{
    void *by_buffer = NULL, *by_message = NULL;
    enum seen_state buffer = seen_find(&b->buffers, &t->buffer, &by_buffer);
    enum seen_state message = seen_find(&b->messages, &t->message, &by_message);
    if (buffer == SEEN_DONE || message == SEEN_DONE)
        return INBOX_HANDLED;
    struct turn *first = by_buffer ? by_buffer : by_message;
    if (first) {
        queues_hold(&b->queues, first, t);
        return INBOX_HELD;
    }
    note(b, t);
    queues_add(&b->queues, t);
    return INBOX_NEW;
}

struct turn *inbox_next(struct inbox *b)
{
    return queues_next(&b->queues);
}

void inbox_handled(struct inbox *b, struct turn *t)
{
    note_handled(b, t);
    for (const struct turn *h = t->held; h; h = h->next)
        note_handled(b, h);
    queues_over(&b->queues, t);
    turn_free(t);
}

void inbox_failed(struct inbox *b, struct turn *t)
{
    forget(b, t);
    struct turn *again = queues_retry(t);
    if (again)
        note(b, again);
    queues_over(&b->queues, t);
    turn_free(t);
}

size_t inbox_drop(struct inbox *b, const struct buf *key)
{
    return drop_list(b, queues_clear(&b->queues, key));
}

size_t inbox_drop_held(struct inbox *b, struct turn *t)
{
    return drop_list(b, queues_release(&b->queues, t));
}

bool inbox_full(const struct inbox *b)
{
    return b->queues.waiting >= INBOX_MAX || b->queues.bytes >= INBOX_BYTES;
}

bool inbox_waits(const struct inbox *b)
{
    return b->queues.waiting > 0;
}

void inbox_free(struct inbox *b)
{
    inbox_drop(b, NULL);
    queues_next(&b->queues); /* frees the queues that were emptied */
    seen_free(&b->buffers);
    seen_free(&b->messages);
}
