/* SPDX-License-Identifier: MIT */
/* Quantiles of the durations of the last minutes. */
#include "dial/latency.h"

static void turn(struct latency *l, int64_t now)
{
    if (!l->turn_at)
        l->turn_at = now + LATENCY_TURN;
    for (int i = 0; i < 2 && now >= l->turn_at; i++) {
        l->newer = !l->newer;
        l->halves[l->newer] = (struct quantile){0};
        l->turn_at += LATENCY_TURN;
    }
    if (now >= l->turn_at)
        l->turn_at = now + LATENCY_TURN;
}

void latency_add(struct latency *l, int64_t us, int64_t now)
{
    turn(l, now);
    l->count++;
    l->sum += us > 0 ? (uint64_t)us : 0;
    quantile_add(&l->halves[l->newer], us);
}

int64_t latency_percentile(struct latency *l, unsigned percent, int64_t now)
{
    turn(l, now);
    const struct quantile *older = &l->halves[!l->newer];
    struct quantile both = l->halves[l->newer];
    both.count += older->count;
    both.most = both.most > older->most ? both.most : older->most;
    for (int i = 0; i < QUANTILE_RANGES; i++)
        both.of[i] += older->of[i];
    return both.count ? quantile_at(&both, percent) : -1;
}
