/* SPDX-License-Identifier: MIT */
/* Quantiles of many durations. */
#include "base/quantile.h"

enum { EXACT = 64, HALF = 32 };

static const int64_t longest = ((int64_t)1 << 40) - 1;

/* Up to 63 each microsecond is a range; above, each power of two is cut into 32. */
static unsigned range_of(int64_t us)
{
    unsigned shift = 0;
    while (us >> shift >= EXACT)
        shift++;
    return (unsigned)(us >> shift) + HALF * shift;
}

/* The last microsecond of a range. */
static int64_t end_of(unsigned range)
{
    unsigned shift = range < EXACT ? 0 : range / HALF - 1;
    return ((int64_t)(range - HALF * shift) + 1) * ((int64_t)1 << shift) - 1;
}

void quantile_add(struct quantile *q, int64_t us)
{
    us = us < 0 ? 0 : us > longest ? longest : us;
    q->count++;
    q->sum += (uint64_t)us;
    q->most = us > q->most ? us : q->most;
    q->of[range_of(us)]++;
}

int64_t quantile_at(const struct quantile *q, unsigned percent)
{
    uint64_t want = (q->count * percent + 99) / 100, seen = 0;
    want += !want;
    for (unsigned i = 0; i < QUANTILE_RANGES; i++)
        if ((seen += q->of[i]) >= want)
            return end_of(i) < q->most ? end_of(i) : q->most;
    return 0;
}
