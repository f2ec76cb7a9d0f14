/* SPDX-License-Identifier: MIT */
/* A recording of a link: one line per frame, {"t":…,"dir":"up|down|link","frame":…}, appended to a file of
 * mode 0600, a pipe or a FIFO. It never holds the link up: up to RECORD_MOST bytes are queued for a slow
 * reader, then whole frames are left out, counted and reported.
 *
 * The recording follows its name: when the file has been renamed or removed, as logrotate(8) does it, a new
 * one is opened. This is noticed within RECORD_LOOK while frames pass, and whole lines go to either file. */
#ifndef RELAY_DIAL_RECORD_H
#define RELAY_DIAL_RECORD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/io.h"
#include "base/poll.h"

enum {
    RECORD_MOST = 8 << 20, /* bytes */
    RECORD_WAIT = 1000,    /* ms at the end for a reader to take the rest */
    RECORD_LOOK = 1000,    /* ms between two looks at the name */
};

struct record {
    const char *path; /* NULL: there is no recording, or it has ended */
    struct writer w;  /* fd -1: a FIFO without a reader yet */
    size_t left_out;  /* number of frames left out */
    dev_t dev;        /* a regular file that is open: which one; otherwise ino is 0 */
    ino_t ino;
    int64_t look_at; /* the next moment of clock_ms() at which to look at the name */
    bool told;       /* that a new file cannot be opened */
};

/* path NULL: records nothing. Ends the process with EX_IOERR if the file cannot be opened for appending, with
 * EX_CONFIG if others can access it and that cannot be changed. A last line without its line end, as a full
 * disk leaves it, gets one. The caller must ignore SIGXFSZ. */
/* Queues a frame as a line with the present time; dir: "up", "down" or "link". */
void record_open(struct record *r, const char *path);
void record_frame(struct record *r, const char *dir, struct span frame);
/* Looks at the name now: true if a new file was opened. One that cannot be opened is reported, and the old
 * one is kept. */
bool record_reopen(struct record *r);
/* Makes the loop wait until the file takes more, if there is more. */
void record_prepare(const struct record *r, struct pollset *ps);
/* Writes as much as goes without waiting. False, once, when that failed, which is reported: recording has
 * ended. */
bool record_flush(struct record *r);
/* Waits up to RECORD_WAIT for the rest to be taken, and closes. False, which is reported, if frames were left
 * out or the file failed. */
bool record_close(struct record *r);

#endif
