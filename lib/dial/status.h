/* SPDX-License-Identifier: MIT */
/* The status of a run, for observers: a file that is replaced by rename(2) when something changes, at most
 * once a second, and one line for people. */
#ifndef RELAY_DIAL_STATUS_H
#define RELAY_DIAL_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/poll.h"

enum status_owed { STATUS_HELLO, STATUS_OUTBOUND, STATUS_GOING_IDLE, STATUS_OWED };

/* Moments are clock_wall_ms(); 0: never. Texts are borrowed. */
struct status {
    const char *phase; /* of the run */
    const char *link;  /* down, dialling, open, closing */
    int64_t since;     /* when the link got into that state */
    unsigned
        attempt; /* the number of the dial under way, or of the last one; starts anew once the link is open */
    const char *url;           /* without user and password */
    const char *peer;          /* address and port; "" when never connected */
    int64_t last_in, last_out; /* when a byte was last received, sent */
    struct {
        size_t n;
        int64_t oldest; /* when the oldest of them was taken */
    } owed[STATUS_OWED];
    size_t queued_up, queued_down; /* bytes */
    bool flipped;
    int64_t running, waiting; /* turns, according to the latest work frame */
};

/* Appends the members as JSON text, without the brackets around them. */
void status_members(struct buf *out, const struct status *s);
/* Appends the status as one line for people; now: clock_wall_ms(). */
void status_text(struct buf *out, const struct status *s, int64_t now);

/* All zero except the path; path NULL: there is no file. */
struct status_file {
    const char *path;
    struct buf last; /* what was written last, without the time */
    int64_t next;    /* do not write before this moment of clock_ms() */
    bool stale, failed;
};

/* Ends the process with EX_CONFIG if something that is not a regular file has that name. */
void status_file_check(const struct status_file *f);
/* Makes the loop wake up when the file is to be written. */
void status_file_prepare(const struct status_file *f, struct pollset *ps);
/* Whether to call status_file_write() at the end of this turn. */
bool status_file_due(struct status_file *f);
/* Writes the file if something has changed. False, once, when that failed, which is reported; it is tried
 * again. */
bool status_file_write(struct status_file *f, const struct status *s);
void status_file_free(struct status_file *f);

#endif
