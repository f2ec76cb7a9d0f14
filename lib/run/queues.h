/* SPDX-License-Identifier: MIT */
/* Turns that wait, in the order of their session; of each session one at a time may run. No I/O.
 *
 * All zero is empty. Each call costs the same however many sessions there are. Turns in a queue or held are
 * owned by it. */
#ifndef RELAY_RUN_QUEUES_H
#define RELAY_RUN_QUEUES_H

#include "run/turn.h"

struct queues {
    struct queue *table;
    struct queue *ready, *ready_last; /* have a turn that may run, in the order they got it */
    size_t waiting, bytes;            /* turns queued or held, and the length of their lines */
};

/* Queues a turn at the end of its session. */
void queues_add(struct queues *s, struct turn *t);
/* Holds a redelivery for the end of the turn it is one of. */
void queues_hold(struct queues *s, struct turn *first, struct turn *redelivery);
/* Takes out the next turn that may run, which keeps its session from another until queues_over(); NULL:
 * none. Sessions take their turns round-robin. */
struct turn *queues_next(struct queues *s);
/* The turn of queues_next() has failed: the first redelivery held for it is queued at the front of the
 * session, and the others are held for that one. Returns it; NULL: none was held. */
struct turn *queues_retry(struct turn *failed);
/* The turn of queues_next() is over, what is still held for it too: its session may run the next. The
 * caller frees it. */
void queues_over(struct queues *s, struct turn *t);
/* Takes out all that waits in a session, with key NULL in all of them, as a list by `next`, each with what is
 * held for it. */
struct turn *queues_clear(struct queues *s, const struct buf *key);
/* Takes out what is held for a turn, as a list by `next`. */
struct turn *queues_release(struct queues *s, struct turn *t);

#endif
