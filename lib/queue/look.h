/* SPDX-License-Identifier: MIT */
/* What waits in POOL_out for a link becomes claims: after a wake-up, and now and then, since that can be
 * lost. */
#ifndef RELAY_QUEUE_LOOK_H
#define RELAY_QUEUE_LOOK_H

#include "queue/claims.h"

/* Set claims and max (the longest line), then call look_wake(); all else is zero. */
struct look {
    struct claims *claims;
    size_t max;
    bool more;  /* there may be actions that are not claims yet */
    bool again; /* … since the request was made */
    uint64_t request;
    int64_t at, patience; /* bus_now() of the next look; ms to the one after it, if there is nothing */
};

/* Something has been stored, or may have been. */
void look_wake(struct look *k);
/* Makes a look that is due, if there is room for more claims. */
void look_go(struct look *k);
int64_t look_until(const struct look *k);
void look_stop(struct look *k);

#endif
