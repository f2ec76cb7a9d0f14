/* SPDX-License-Identifier: MIT */
/* The one filter loop: frames from stdin to stdout, one line each, under the laws of relay(7).
 *
 * Fill in the callbacks a stage needs, call filter_init() and return filter_run() from main. Lines that the
 * stage does not take are copied byte for byte, in order; bad lines are reported, counted and left out;
 * output is written once the input at hand is worked through; a reader that goes away ends the process;
 * stdout is closed and checked. Callbacks run on one thread and must not block. */
#ifndef RELAY_RELAY_FILTER_H
#define RELAY_RELAY_FILTER_H

#include "base/io.h"
#include "base/opt.h"
#include "base/poll.h"
#include "relay/frame.h"

struct filter {
    /* A frame came. True: pass its line on (after what the callback emitted). May be NULL. */
    bool (*frame)(struct filter *f, struct frame *fr);
    /* Called once, before the first line is read. May be NULL. */
    void (*start)(struct filter *f);
    /* Called once, when the input has ended. May be NULL. */
    void (*end)(struct filter *f);
    /* For stages that do more than answer lines; each may be NULL.
     * prepare: before each wait; adds the stage's descriptors and deadlines. ready: after each wait. */
    void (*prepare)(struct filter *f, struct pollset *ps);
    void (*ready)(struct filter *f, const struct pollset *ps);
    /* True: do not read further input for now. */
    bool (*full)(struct filter *f);
    /* After the end of input: true while there is work left. */
    bool (*busy)(struct filter *f);
    /* The output failed (errno; EPIPE: the reader has gone away). False, or no callback: the process ends at
     * once. True: the stage ends in order; whatever it still emits is dropped, and the process ends in the
     * same way once the work is done. */
    bool (*gone)(struct filter *f);
    /* Called once, when input and work have ended and the output is written. May be NULL. */
    void (*over)(struct filter *f);

    void *ctx;       /* for the stage */
    char **files;    /* read these instead of stdin; the list ends with NULL. NULL: stdin */
    bool null_input; /* read nothing at all */
    bool raw_input;  /* lines are not frames: `line` gets each one */
    void (*line)(struct filter *f, struct span line);
    bool sink; /* no input passes, not even blank lines */

    /* For the loop only. */
    bool strict;
    int status; /* what filter_run() will return; raised by filter_fail() */
    bool ended; /* the input has ended */
    int lost;   /* the errno of the output's failure, while the stage ends in order; 0: it did not fail */
    const char *source; /* the file being read; NULL: stdin */
    struct reader in;
    struct writer out;
    uintmax_t bad;
};

/* Takes strict and max_frame from the options, and behaves as a stage of a ring if it is one (sig_ring()).
 * Call it before anything is emitted. */
void filter_init(struct filter *f, const struct opts *o);
/* Queues a line (without '\n') for stdout. */
void filter_emit(struct filter *f, struct span line);
void filter_emit_buf(struct filter *f, struct buf *line); /* and empties the buffer */
/* Reports a bad line with its position, and counts it. With --strict the input ends here. */
void filter_bad(struct filter *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Makes `status` the exit status unless a graver one is already set (exit_raise()). */
void filter_fail(struct filter *f, int status);
/* Ends the input, as if its end had been reached. */
void filter_stop(struct filter *f);
/* Runs until input and work have ended. Returns the exit status. */
int filter_run(struct filter *f);

#endif
