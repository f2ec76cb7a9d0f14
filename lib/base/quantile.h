/* SPDX-License-Identifier: MIT */
/* Quantiles of many durations in a fixed amount of memory: a count for each range of durations, the ranges at
 * most 3 % wide. Pure. */
#ifndef RELAY_BASE_QUANTILE_H
#define RELAY_BASE_QUANTILE_H

#include <stdint.h>

enum { QUANTILE_RANGES = 64 + 34 * 32 };

/* All zero is empty; nothing to free. */
struct quantile {
    uint64_t count, sum; /* of all durations; sum in microseconds */
    int64_t most;        /* the longest, exactly */
    uint64_t of[QUANTILE_RANGES];
};

/* Counts a duration in microseconds; one over 2^40 counts as that, a negative one as 0. */
void quantile_add(struct quantile *q, int64_t us);
/* The duration in microseconds that `percent` (0 to 100) of all do not exceed: exact below 64, else up to 3 %
 * more, and never over the longest. 0 if there is none. */
int64_t quantile_at(const struct quantile *q, unsigned percent);

#endif
