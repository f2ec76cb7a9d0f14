/* SPDX-License-Identifier: MIT */
/* The frames that COMMAND gets: messages, results of its requests, interrupts. */
#ifndef RELAY_QUEUE_FEED_H
#define RELAY_QUEUE_FEED_H

#include "queue/ring.h"

struct feed {
    struct helds *helds;
    struct ring *ring;
    struct buf inbox; /* the subject for results */
    struct bus_listener *results, *controls;
};

/* Listens, and takes what the sessions have for COMMAND. False: it failed. */
bool feed_open(struct feed *f);
void feed_close(struct feed *f);

#endif
