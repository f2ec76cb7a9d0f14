/* SPDX-License-Identifier: MIT */
/* When a gateway asks to be flipped to buffered-only, and whether it was (protocol §2, §3). No I/O: moments
 * are those of clock_ms(). */
#ifndef RELAY_RELAY_IDLE_H
#define RELAY_RELAY_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

enum { IDLE_ACK_MS = 10000 }; /* a going_idle_ack is owed within */

struct idle {
    int64_t after;    /* ask when nothing was said for so long, ms; 0: never */
    int64_t quiet;    /* since then nothing was said */
    int64_t deadline; /* the ack is late from then on; INT64_MAX: nobody waits */
    bool asked;       /* a going_idle is out, not acked */
    bool lost;        /* … and the link that carried it is gone */
    bool late;        /* … and that was said */
    bool flipped;     /* acked, on this link */
    enum { LINK_UNKNOWN, LINK_UP, LINK_DOWN } link;
};

void idle_init(struct idle *i, int64_t after, int64_t now);
/* Somebody wants it: true: a going_idle is to go out. False where one is out already, or was acked. */
bool idle_ask(struct idle *i, int64_t now);
/* A frame passes. True: a going_idle is to go out ahead of it. */
bool idle_frame(struct idle *i, const struct frame *f, int64_t now);
/* The moment to call idle_tick() at; INT64_MAX: none. */
int64_t idle_due(const struct idle *i);
enum idle_now { IDLE_NOTHING, IDLE_ASK, IDLE_LATE };
/* What has become due: a going_idle is to go out, or the ack is late (said once for each). */
enum idle_now idle_tick(struct idle *i, int64_t now);

#endif
