/* SPDX-License-Identifier: MIT */
/* Quantiles of the durations of the last minutes. */
#include "dial/latency.h"
#include "check.h"

int main(void)
{
    static struct latency l;
    CHECK(latency_percentile(&l, 50, 0) == -1);
    for (int i = 1; i <= 100; i++)
        latency_add(&l, i * 1000, 1000);
    int64_t half = latency_percentile(&l, 50, 1000), most = latency_percentile(&l, 99, 1000);
    CHECK_THAT(half >= 50000 && half <= 51600, "%jd", (intmax_t)half);
    CHECK_THAT(most >= 99000 && most <= 100000, "%jd", (intmax_t)most);
    /* The next half: both count. */
    int64_t later = 1000 + LATENCY_TURN;
    for (int i = 0; i < 300; i++)
        latency_add(&l, 500, later);
    CHECK(latency_percentile(&l, 50, later) <= 516 && latency_percentile(&l, 99, later) >= 90000);
    /* Another turn on, the first hundred are forgotten; two more, all are. The sums stay. */
    CHECK(latency_percentile(&l, 100, later + LATENCY_TURN) <= 516);
    CHECK(latency_percentile(&l, 50, later + 3 * LATENCY_TURN) == -1);
    CHECK(l.count == 400 && l.sum == 5050000 + 150000);
    /* A duration below 0 counts as 0; a long sleep is a turn. */
    latency_add(&l, -5, INT64_MAX / 2);
    CHECK(latency_percentile(&l, 100, INT64_MAX / 2) == 0 && l.sum == 5200000);
    return failures != 0;
}
