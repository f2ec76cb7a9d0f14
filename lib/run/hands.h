/* SPDX-License-Identifier: MIT */
/* What a long-lived COMMAND has in hand (design: relay-run -l). No I/O.
 *
 * A buffered delivery is in its hands until it prints the inbound_ack. A live one owes nothing that could be
 * seen, so it is until an action names its chat, or its session, its session is interrupted, or HANDS_LIVE is
 * over. All zero is empty. */
#ifndef RELAY_RUN_HANDS_H
#define RELAY_RUN_HANDS_H

#include <stdint.h>

#include "relay/frame.h"

enum {
    HANDS_LIVE = 60000, /* ms */
    HANDS_MAX = 65536,  /* entries; what is beyond is not counted */
};

struct hands {
    struct hand *table; /* by bufferId, or by session */
    size_t count;       /* deliveries */
    int64_t look_at;    /* the moment of clock_ms() to look for live ones that are over; 0: no live one */
};

/* COMMAND was given an inbound, or interrupt_inbound, frame. */
void hands_give(struct hands *h, const struct frame *fr, int64_t now);
/* COMMAND printed a frame or an action. */
void hands_take(struct hands *h, const struct frame *fr);
/* Time passes. */
void hands_expire(struct hands *h, int64_t now);
/* The moment at which hands_expire() may change something, or INT64_MAX. */
int64_t hands_until(const struct hands *h);
void hands_free(struct hands *h);

#endif
