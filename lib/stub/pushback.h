/* SPDX-License-Identifier: MIT */
/* How fast a gateway takes a backlog (protocol §8): measured from the first entry that waits for its ack to
 * the ack of the last one. No I/O. */
#ifndef RELAY_STUB_PUSHBACK_H
#define RELAY_STUB_PUSHBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* All zero: nothing is being measured. Moments are those of clock_ms(). */
struct pushback {
    size_t acked;          /* deliveries */
    bool begun;            /* an entry of this backlog was delivered */
    int64_t first, last;   /* moments of the first delivery and of the last ack */
    int64_t sent;          /* moment of the last delivery */
    int64_t slowest;       /* ms from a delivery to its ack */
    struct buf slowest_id; /* the bufferId of that delivery */
};

/* An entry was delivered, and the next one waits for its ack. */
void pushback_sent(struct pushback *p, int64_t now);
/* Its ack came. */
void pushback_acked(struct pushback *p, struct span id, int64_t now);
/* The backlog is over: appends the figures in words, and starts anew. left: the deliveries that the gateway
 * left without an ack; 0: it took all of them. False: there was no backlog, and nothing is appended. */
bool pushback_over(struct pushback *p, struct buf *out, size_t left, int64_t now);
void pushback_free(struct pushback *p);

#endif
