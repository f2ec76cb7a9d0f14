/* SPDX-License-Identifier: MIT */
/* Time. */
#include <time.h>

#include "buf.h"
#include "clock.h"

static int64_t read_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

void clock_stamp(struct buf *out)
{
    struct timespec t;
    struct tm tm;
    char day[sizeof "2026-01-01T00:00:00"];
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_printf(out, "%s.%06ldZ", day, t.tv_nsec / 1000);
}
