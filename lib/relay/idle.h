/* SPDX-License-Identifier: MIT */
/* When a gateway asks to be flipped to buffered-only, and whether it was (protocol §2, §3). No I/O: moments
 * are those of clock_ms().
 *
 * The ring is at rest when no stage has work in hand (the latest work frame says 0 and 0), every outbound
 * that passed has had its result, and there is a link. Time counts towards `after` only then. */
#ifndef RELAY_RELAY_IDLE_H
#define RELAY_RELAY_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

enum {
    IDLE_ACK_MS = 10000,    /* ms within which a going_idle_ack is owed */
    IDLE_OWED_MAX = 262144, /* outbounds whose results are awaited; more are not counted */
    IDLE_ID_MAX = 256,      /* longest requestId of such an outbound, in bytes */
};

enum idle_link {
    IDLE_LINK_UNKNOWN, /* no frame has come from the link yet */
    IDLE_LINK_UP,
    IDLE_LINK_DOWN,
};

struct idle_owed;

struct idle {
    int64_t after;          /* ask when the ring has been at rest for this long, ms; 0: never */
    int64_t quiet;          /* the moment since which the ring has been quiet */
    int64_t deadline;       /* the ack is late from this moment on; INT64_MAX: none is awaited */
    bool busy;              /* a stage has work in hand */
    struct idle_owed *owed; /* outbounds without a result */
    bool asked;             /* a going_idle is out and not acked */
    bool silent;            /* … because of `after` only: a new link starts the time anew */
    bool lost;              /* … and the link that carried it was lost */
    bool late;              /* … and its ack is late, which was reported */
    bool early;             /* an ack that was not asked for came on this link: none is awaited */
    bool flipped;           /* acked, on this link */
    enum idle_link link;
    struct buf id; /* scratch */
};

void idle_init(struct idle *i, int64_t after, int64_t now);
void idle_free(struct idle *i);
/* Someone asks for the flip. True: a going_idle is to go out. False if one is out and not late, or was acked.
 */
bool idle_ask(struct idle *i, int64_t now);
/* A frame passes. True: a going_idle is to go out ahead of it. */
bool idle_frame(struct idle *i, const struct frame *f, int64_t now);
/* The moment at which to call idle_tick(); INT64_MAX: none. */
int64_t idle_due(const struct idle *i);
enum idle_now { IDLE_NOTHING, IDLE_ASK, IDLE_LATE };
/* What is due now: a going_idle is to go out, or the ack is late (returned once for each). */
enum idle_now idle_tick(struct idle *i, int64_t now);
/* Whether an ack is still awaited, late or not. */
bool idle_waits(const struct idle *i);

#endif
