/* SPDX-License-Identifier: MIT */
/* How many messages of a link the pool holds, and the sweep, which gives each of their sessions its token: it
 * heals whatever was lost on the way (relay-scale(7)).
 *
 * The engine is asked for the sweep at the start, after a reconnect and every UNDONE_SWEEP; and, while there
 * are messages, for their number every UNDONE_EVERY. */
#ifndef RELAY_QUEUE_UNDONE_H
#define RELAY_QUEUE_UNDONE_H

#include "queue/intake.h"

enum { UNDONE_SWEEP = 30000, UNDONE_EVERY = 1000 /* ms */ };

struct undone {
    struct intake *in; /* borrowed */
    struct buf subject;
    int64_t counted;        /* messages, in the latest answer */
    uint64_t before, asked; /* in->stored when that answer was asked for; … the one that is on its way */
    uint64_t request;       /* on its way; 0: none */
    bool sweeps;            /* the answer on its way is for a sweep */
    int64_t sweep_at, count_at, asked_at;
};

void undone_init(struct undone *u, struct intake *in);
/* Before and after each wait; counts: the number is wanted. */
void undone_prepare(const struct undone *u, struct pollset *ps, bool counts);
void undone_ready(struct undone *u, bool counts);
/* The connection came back. */
void undone_again(struct undone *u);
/* Messages that are stored and not handled, as far as known: rather too many than too few. */
int64_t undone_count(const struct undone *u);
void undone_free(struct undone *u);

#endif
