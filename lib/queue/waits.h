/* SPDX-License-Identifier: MIT */
/* Requests that wait for their answers: by number, and by the moment at which they are given up. Pure. */
#ifndef RELAY_QUEUE_WAITS_H
#define RELAY_QUEUE_WAITS_H

#include "base/table.h"
#include "queue/bus.h"

struct wait {
    uint64_t id; /* its number, > 0 */
    int64_t at;  /* bus_now() at which it is given up … */
    int status;  /* … with this BUS_… */
    bus_fn *fn;
    void *ctx;
    char *subject;
    size_t slot; /* in the heap */
    UT_hash_handle hh;
    char copy[]; /* the bytes that ctx points to, if they are ours */
};

/* All zero at first. */
struct waits {
    struct wait *by_id;
    struct wait **heap; /* the earliest first */
    size_t n, cap;
    uint64_t last; /* the number last given */
};

/* Adds one that is given up at that moment with BUS_TIMEOUT; of a ctx with n > 0, it keeps a copy. */
struct wait *waits_add(struct waits *w, const char *subject, int64_t at, bus_fn *fn, const void *ctx,
                       size_t n);
/* Gives it up at once with that status. */
void waits_fail(struct waits *w, struct wait *one, int status);
/* The same for all that were published under the subject, or, if it is cut, one that begins so; the number of
 * them. */
size_t waits_fail_all(struct waits *w, struct span subject, bool cut, int status);
/* Makes none wait longer than until that moment. */
void waits_hurry(struct waits *w, int64_t at);
/* Takes out the one with that number, or the earliest that is due and was added no later than `last`; NULL:
 * none. The caller frees it: wait_free(). */
struct wait *waits_take(struct waits *w, uint64_t id);
struct wait *waits_due(struct waits *w, int64_t now, uint64_t last);
/* The earliest moment at which one is due; INT64_MAX: none waits. */
int64_t waits_until(const struct waits *w);
void waits_free(struct waits *w);
void wait_free(struct wait *one);

#endif
