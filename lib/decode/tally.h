/* SPDX-License-Identifier: MIT */
/* A summary of many frames: how many of each type, what each op got for answers and how fast, the slowest,
 * and what is still owed. Its memory does not grow with the number of frames. */
#ifndef RELAY_DECODE_TALLY_H
#define RELAY_DECODE_TALLY_H

#include "base/quantile.h"
#include "decode/asked.h"

enum {
    TALLY_ROWS = 40,   /* names of types, and of ops; the rest counts as one more, "(other)" */
    TALLY_NAME = 24,   /* bytes of a name */
    TALLY_SLOWEST = 5, /* … of the requests, and of what is owed and unacknowledged at the end */
    TALLY_ABOUT = 160, /* bytes of what a request was about */
};

struct tally_op {
    char name[TALLY_NAME];
    uint64_t asked, outcome[OUTCOME_AMBIGUOUS + 1];
    struct quantile took;
};

/* All zero at first; call tally_free() at the end. */
struct tally {
    struct {
        char name[TALLY_NAME];
        uint64_t n[4]; /* by direction */
    } types[TALLY_ROWS + 1];
    struct tally_op *ops[TALLY_ROWS + 1];
    struct {
        int64_t us;
        char about[TALLY_ABOUT];
    } slowest[TALLY_SLOWEST]; /* the slowest first */
    uint64_t frames;
    int64_t first, last; /* of the frames with a time, in microseconds since 1970; 0: none */
    struct buf scratch;
};

/* Counts a frame that went `dir` at `us`, which answers `a` (or NULL) after `took` microseconds (negative:
 * not known). */
void tally_frame(struct tally *t, const struct frame *f, const struct summary *s, enum frame_dir dir,
                 int64_t us, const struct asked *a, int64_t took);
/* Appends the summary, lines without the last '\n'; owed: what has not been answered. */
void tally_print(const struct tally *t, struct buf *out, const struct asked_table *owed);
void tally_free(struct tally *t);

#endif
