/* SPDX-License-Identifier: MIT */
/* How the lines queued for a gateway are cut into WebSocket messages: one line a message, or, as faults of
 * the stub, in every other way that protocol §1 allows a gateway to meet. Pure; seeded, so that a run
 * replays. */
#ifndef RELAY_STUB_MANGLE_H
#define RELAY_STUB_MANGLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct mangle {
    bool fragment; /* messages in several fragments, lines split over messages */
    bool coalesce; /* several lines in a message, the last one sometimes without its '\n' */
    bool garbage;  /* bad lines between the lines */
    uint64_t state;
};

/* Where a connection stands; all zero at first. */
struct mangle_cut {
    size_t left;   /* bytes of the present message still to be written */
    bool open;     /* a fragment of it went out */
    bool mid_line; /* the last message ended inside a line */
    bool chop;     /* leave the '\n' at its end out */
    bool littered; /* the last piece was garbage */
};

/* What to write next. */
struct piece {
    struct span bytes;         /* of the queue, or garbage of its own */
    size_t taken;              /* bytes of the queue that it uses up */
    bool first, final, binary; /* of its message */
};

void mangle_seed(struct mangle *m, uint64_t seed);
/* A number below n, n > 0. */
size_t mangle_random(struct mangle *m, size_t n);
/* The next piece of the queue: whole lines, each with its '\n', not empty. */
struct piece mangle_next(struct mangle *m, struct mangle_cut *c, struct span queue);

#endif
