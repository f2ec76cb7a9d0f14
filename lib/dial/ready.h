/* SPDX-License-Identifier: MIT */
/* --ready-fd: the line of the first descriptor, for whoever waits for the link. It never holds the link up.
 */
#ifndef RELAY_DIAL_READY_H
#define RELAY_DIAL_READY_H

#include <stdbool.h>

#include "base/io.h"
#include "base/poll.h"

struct ready {
    int fd; /* the user's number; -1: nobody waits, or it has been said */
    struct writer w;
};

/* fd -1: nobody waits. */
void ready_open(struct ready *r, int fd);
/* Says it, the first time. */
void ready_say(struct ready *r, struct span line);
/* Makes the loop wait until the descriptor takes more, if there is more. */
void ready_prepare(const struct ready *r, struct pollset *ps);
/* Writes what goes without waiting, and closes the descriptor after the last byte. False once, and reported,
 * when that failed. */
bool ready_flush(struct ready *r);
/* The end: false, and reported, if the line was not taken whole. */
bool ready_close(struct ready *r);

#endif
