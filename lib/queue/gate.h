/* SPDX-License-Identifier: MIT */
/* relay-queue as a stage: the filter whose messages go into the pool, and whose actions come out of it. */
#ifndef RELAY_QUEUE_GATE_H
#define RELAY_QUEUE_GATE_H

#include "queue/away.h"
#include "queue/intake.h"
#include "queue/replies.h"
#include "queue/undone.h"
#include "relay/work.h"

enum {
    GATE_HOLD = 35000,  /* ms; so long `link draining` waits for results */
    GATE_END = 30000,   /* … the end of the input, until what was taken is stored */
    GATE_KILLED = 3000, /* … the same after a signal, or when the reader of stdout is gone */
};

struct gate {
    struct pool *pool;
    const struct link_name *link;
    struct replies *replies;
    struct intake intake;
    struct undone undone;
    struct away away;
    struct work work;
    uint64_t reconnects;
    bool draining;      /* the latest state of the link */
    struct buf held;    /* the `link draining` that waits for results; empty: none */
    int64_t hold_until; /* bus_now(), or INT64_MAX */
    int64_t end_at;     /* bus_now() at which the work ends at the latest, or INT64_MAX */
    int signals, slot;
    int deadly; /* the signal to die of at the end, or 0 */
};

/* All borrowed; all else zero. Fills in the filter's callbacks; call it after filter_init(). */
void gate_open(struct gate *g, struct filter *f);
void gate_close(struct gate *g);
/* If a signal ended the work, dies of it. */
void gate_leave(const struct gate *g);

#endif
