/* SPDX-License-Identifier: MIT */
/* The messages that a long-lived COMMAND has in hand (design: relay-run -l). No I/O; moments are those of
 * clock_ms().
 *
 * A buffered delivery is in its hands until it prints the inbound_ack, or an inbound_nack. A live
 * one is not acknowledged, so it
 * counts as in hand until an action names its chat or session, its session is interrupted, or HANDS_LIVE has
 * passed. All zero is empty; call hands_free() at the end. */
#ifndef RELAY_RUN_HANDS_H
#define RELAY_RUN_HANDS_H

#include <stdint.h>

#include "relay/frame.h"

enum {
    HANDS_LIVE = 60000, /* ms */
    HANDS_MAX = 65536,  /* entries; deliveries beyond that are not counted */
};

struct hands {
    struct hand *table; /* by bufferId, or by session */
    size_t count;       /* deliveries */
    int64_t look_at;    /* when to look for live ones that have expired; 0: there are no live ones */
};

/* COMMAND was given an inbound or interrupt_inbound frame. */
void hands_give(struct hands *h, const struct frame *fr, int64_t now);
/* COMMAND printed a frame or an action. */
void hands_take(struct hands *h, const struct frame *fr);
/* How many requests were named for a buffered delivery that is in hand, to be counted on; NULL: it is not. */
unsigned *hands_made(struct hands *h, struct span buffer_id);
/* Drops the live deliveries that have expired. */
void hands_expire(struct hands *h, int64_t now);
/* The moment at which hands_expire() may change something, or INT64_MAX. */
int64_t hands_until(const struct hands *h);
void hands_free(struct hands *h);

#endif
