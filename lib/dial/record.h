/* SPDX-License-Identifier: MIT */
/* A recording of a link: one line a frame, {"t":…,"dir":"up|down|link","frame":…}, appended to a file of mode
 * 0600. */
#ifndef RELAY_DIAL_RECORD_H
#define RELAY_DIAL_RECORD_H

#include <stdbool.h>

#include "base/buf.h"

struct record {
    int fd; /* -1: nothing is recorded */
    struct buf b;
    const char *path;
};

/* path NULL: records nothing. Ends the process with EX_IOERR where the file cannot be opened for appending.
 */
void record_open(struct record *r, const char *path);
void record_frame(struct record *r, const char *dir, struct span frame);
/* Writes what has been recorded since the last call. False once, when that failed (errno): recording has
 * ended. */
bool record_flush(struct record *r);
/* Flushes and closes; false as above. */
bool record_close(struct record *r);

#endif
