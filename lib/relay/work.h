/* SPDX-License-Identifier: MIT */
/* When a stage says how many messages it has in hand: the `work` frames (relay-frames(5)). No I/O.
 *
 * One is due when the stage turns busy, then at most every WORK_EVERY while the numbers change, and one with
 * both 0 when it is at rest again. Readers rely on the latest work frame of the stream, so the numbers
 * include those of all the stages before. Outside a ring, one is due only once the stage has been busy for
 * WORK_PATIENCE, and none after the end of input. All zero is at rest. */
#ifndef RELAY_RELAY_WORK_H
#define RELAY_RELAY_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

enum {
    WORK_EVERY = 1000,   /* ms */
    WORK_PATIENCE = 100, /* ms */
};

struct load {
    int64_t running, waiting; /* messages */
    /* With an inbox (kept): those that wait in it, which keep nobody from resting, and its dead letters. */
    int64_t stored, dead;
    bool kept;
};

struct work {
    bool ring;             /* this is a stage of a ring */
    struct load told;      /* in our latest frame, without the stages before us */
    struct load before;    /* in the latest frame of the stages before us */
    bool stale;            /* a frame of theirs has passed since our latest */
    int64_t told_at, busy; /* clock_ms() of our latest frame; since when the stage is busy, 0: it is not */
};

/* A work frame from the stages before passes. */
void work_learn(struct work *w, const struct frame *fr);
/* Whether a frame is due, with the load at that moment of clock_ms(). */
bool work_due(struct work *w, struct load now, bool ended, int64_t at);
/* The moment at which one will be due if nothing changes, or INT64_MAX. */
int64_t work_until(const struct work *w, struct load now, bool ended);
/* Appends the frame, which counts as written. */
void work_build(struct work *w, struct buf *out, struct load now, int64_t at);

#endif
