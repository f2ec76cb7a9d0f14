/* SPDX-License-Identifier: MIT */
/* COMMAND as a ring: frames down to its stdin; actions, acks and nacks up from its stdout. */
#ifndef RELAY_QUEUE_RING_H
#define RELAY_QUEUE_RING_H

#include "queue/helds.h"
#include "run/process.h"

enum { RING_MOST = 16 << 20 /* bytes that wait for COMMAND to read them; results beyond that are lost */ };

struct ring {
    struct pool *pool;
    struct helds *helds;
    struct outbox *out;
    const char *name; /* of COMMAND */
    struct process process;
    struct frame frame;
    struct outbox_lane strays; /* of actions that belong to no message in hand */
    struct buf nonce;          /* in their ids */
    unsigned stray;            /* actions of no message that were stored */
    bool running, full;        /* full: it does not read, which was reported */
    bool wrong;                /* there was a bad line */
    int status;
};

/* Starts COMMAND. Returns 0 or the errno of what failed. */
int ring_start(struct ring *r, char *const argv[], int64_t grace, size_t max);
/* Gives it a frame. */
void ring_give(struct ring *r, struct span line);
/* Tells it what became of a request: it was not successful; the text says why. */
void ring_refuse(struct ring *r, struct span request, const char *why, bool ambiguous);
/* Takes the lines at hand; false: there may be more, but the pool must take some first. */
bool ring_take(struct ring *r);
/* Whether there is room for more of its lines. */
bool ring_has_room(const struct ring *r);
/* COMMAND has ended, and all its lines are taken. */
bool ring_over(const struct ring *r);
void ring_free(struct ring *r);

#endif
