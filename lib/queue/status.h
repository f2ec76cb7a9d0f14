/* SPDX-License-Identifier: MIT */
/* What is in a pool, in numbers, for its operator. */
#ifndef RELAY_QUEUE_STATUS_H
#define RELAY_QUEUE_STATUS_H

#include "queue/pool.h"

struct pool_status {
    int64_t waiting, running, retrying; /* messages, as an inbox has these words */
    int64_t sessions;                   /* that have such messages */
    int64_t replies;                    /* actions that no ring has taken */
    int64_t sent;                       /* … that one has taken, without a result yet */
    int64_t dead, ambiguous;            /* put aside: messages and what is no action; actions */
    int64_t oldest; /* ms that the oldest of what is not put aside is in the pool; 0: none */
};

/* Reads it; ends the process as desk_ask() does. The numbers are those of a moment each. */
void status_read(struct pool_status *s, struct pool *p);
/* Appends one line of JSON, or lines for people. */
void status_report(struct buf *out, const struct pool_status *s, bool text);

#endif
