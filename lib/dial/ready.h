/* SPDX-License-Identifier: MIT */
/* --ready-fd: the line of the first descriptor, for a process that waits for the link. It never holds the
 * link up. */
#ifndef RELAY_DIAL_READY_H
#define RELAY_DIAL_READY_H

#include <stdbool.h>

#include "base/io.h"
#include "base/poll.h"

struct ready {
    int fd; /* the user's number; -1: not wanted, or done */
    struct writer w;
};

/* fd -1: not wanted. */
void ready_open(struct ready *r, int fd);
/* Queues the line on the first call; later calls do nothing. */
void ready_say(struct ready *r, struct span line);
/* Makes the loop wait until the descriptor takes more, if there is more. */
void ready_prepare(const struct ready *r, struct pollset *ps);
/* Writes as much as goes without waiting, and closes the descriptor after the last byte. False, once, when
 * that failed, which is reported. */
bool ready_flush(struct ready *r);
/* Closes it at the end: false, which is reported, if the line was not taken whole. */
bool ready_close(struct ready *r);

#endif
