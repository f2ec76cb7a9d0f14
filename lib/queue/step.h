/* SPDX-License-Identifier: MIT */
/* What is done on an answer of the engine about a message that goes into the pool. No I/O. */
#ifndef RELAY_QUEUE_STEP_H
#define RELAY_QUEUE_STEP_H

#include "queue/pool.h"

/* Bytes kept free for headers in the longest message that the engine takes: one that is stored must fit with
 * those of a dead letter, too. */
enum { STEP_HEADERS = 2048, STEP_FIRST_WAIT = 250, STEP_TOP_WAIT = 5000 /* ms */ };

/* The longest line that fits with them, if the engine takes messages of at most that many bytes. */
size_t step_longest(size_t max_payload);

enum step {
    STEP_STORED,  /* it is acknowledged, and its session gets its token */
    STEP_ASIDE,   /* it is a dead letter: it is acknowledged, and told */
    STEP_REFUSED, /* it will not be taken there */
    STEP_AGAIN,   /* nothing is known, or it may pass: the same again */
};

/* aside: it was to be put aside. */
enum step step_of(enum pool_fate fate, bool aside);
/* How long to wait before the same is asked again, in ms, after so many tries (>= 1). */
int64_t step_backoff(int tries);

#endif
