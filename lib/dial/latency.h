/* SPDX-License-Identifier: MIT */
/* Quantiles of the durations of the last minutes, in bounded memory. Pure: moments are parameters. */
#ifndef RELAY_DIAL_LATENCY_H
#define RELAY_DIAL_LATENCY_H

#include "base/quantile.h"

enum { LATENCY_TURN = 300000 }; /* ms after which the older half is forgotten: five to ten minutes are kept */

/* All zero is empty. */
struct latency {
    uint64_t count, sum; /* of all that ever were: how many, and their durations in microseconds */
    struct quantile halves[2];
    int newer;       /* the half that is being filled */
    int64_t turn_at; /* when the other one is to be filled; 0: at the first duration */
};

/* Counts a duration in microseconds that ended at the moment `now` (ms). */
void latency_add(struct latency *l, int64_t us, int64_t now);
/* The duration in microseconds that `percent` of the recent ones do not exceed; -1: there is none. Forgets
 * what is no longer recent at `now`. */
int64_t latency_percentile(struct latency *l, unsigned percent, int64_t now);

#endif
