/* SPDX-License-Identifier: MIT */
/* The marks of a link in POOL_sent, looked through: what another ring has left becomes a claim. */
#ifndef RELAY_QUEUE_MARKS_H
#define RELAY_QUEUE_MARKS_H

#include "queue/claims.h"

/* Set claims and max (the longest line), all else zero. */
struct marks {
    struct claims *claims;
    size_t max;
    bool walking, walked; /* one is under way; one has come to its end */
    uint64_t request, from;
    int64_t at, next; /* bus_now(): when it goes on; when the next begins */
    uint64_t reconnects;
};

/* Makes what is due. A walk begins at the first call, after a reconnect, and now and then. */
void marks_go(struct marks *m);
int64_t marks_until(const struct marks *m);
/* Whether the first walk is over and what it found is decided. */
bool marks_done(const struct marks *m);
/* Begins another walk, which counts as the first. */
void marks_again(struct marks *m);
/* No further walk, for good: the process ends. */
void marks_stop(struct marks *m);

#endif
