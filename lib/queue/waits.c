/* SPDX-License-Identifier: MIT */
/* Requests that wait for their answers. */
#include <stdlib.h>
#include <string.h>

#include "queue/waits.h"

static void put(struct waits *w, size_t slot, struct wait *one)
{
    w->heap[slot] = one;
    one->slot = slot;
}

/* Whether a comes before b: numbers decide between equal moments. */
static bool before(const struct wait *a, const struct wait *b)
{
    return a->at != b->at ? a->at < b->at : a->id < b->id;
}

static void rise(struct waits *w, struct wait *one)
{
    size_t slot = one->slot;
    for (; slot && before(one, w->heap[(slot - 1) / 2]); slot = (slot - 1) / 2)
        put(w, slot, w->heap[(slot - 1) / 2]);
    put(w, slot, one);
}

static void sink(struct waits *w, struct wait *one)
{
    size_t slot = one->slot;
    for (size_t child; (child = slot * 2 + 1) < w->n; slot = child) {
        if (child + 1 < w->n && before(w->heap[child + 1], w->heap[child]))
            child++;
        if (!before(w->heap[child], one))
            break;
        put(w, slot, w->heap[child]);
    }
    put(w, slot, one);
}

struct wait *waits_add(struct waits *w, const char *subject, int64_t at, bus_fn *fn, const void *ctx,
                       size_t n)
{
    struct wait *one = xcalloc(1, sizeof *one + n);
    *one = (struct wait){.id = ++w->last, .at = at, .status = BUS_TIMEOUT, .fn = fn};
    one->subject = xstrdup(subject);
    one->ctx = n ? memcpy(one->copy, ctx, n) : (void *)ctx;
    if (w->n == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 64;
        w->heap = xrealloc(w->heap, w->cap * sizeof *w->heap);
    }
    HASH_ADD(hh, w->by_id, id, sizeof one->id, one);
    put(w, w->n++, one);
    rise(w, one);
    return one;
}

void waits_fail(struct waits *w, struct wait *one, int status)
{
    one->at = INT64_MIN;
    one->status = status;
    rise(w, one);
}

size_t waits_fail_all(struct waits *w, struct span subject, bool cut, int status)
{
    size_t count = 0;
    struct wait *one, *next;
    HASH_ITER (hh, w->by_id, one, next)
        if (cut ? strncmp(one->subject, subject.p, subject.n) == 0 : span_eq(subject, one->subject)) {
            waits_fail(w, one, status);
            count++;
        }
    return count;
}

void waits_hurry(struct waits *w, int64_t at)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->heap[i]->at > at)
            w->heap[i]->at = at;
    for (size_t i = w->n / 2; i-- > 0;) /* numbers decide between equal moments: order them anew */
        sink(w, w->heap[i]);
}

static struct wait *take(struct waits *w, struct wait *one)
{
    struct wait *last = w->heap[--w->n];
    HASH_DEL(w->by_id, one);
    if (last != one) {
        put(w, one->slot, last);
        rise(w, last);
        sink(w, last);
    }
    return one;
}

struct wait *waits_take(struct waits *w, uint64_t id)
{
    struct wait *one;
    HASH_FIND(hh, w->by_id, &id, sizeof id, one);
    return one ? take(w, one) : NULL;
}

struct wait *waits_due(struct waits *w, int64_t now, uint64_t last)
{
    struct wait *one = w->n ? w->heap[0] : NULL;
    return one && one->at <= now && one->id <= last ? take(w, one) : NULL;
}

int64_t waits_until(const struct waits *w)
{
    return w->n ? w->heap[0]->at : INT64_MAX;
}

void wait_free(struct wait *one)
{
    free(one->subject);
    free(one);
}

void waits_free(struct waits *w)
{
    while (w->n)
        wait_free(take(w, w->heap[0]));
    free(w->heap);
    *w = (struct waits){.last = w->last};
}
