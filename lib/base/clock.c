/* SPDX-License-Identifier: MIT */
/* Time. */
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"

static int64_t read_us(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

int64_t clock_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return clock_wall_us() / 1000;
}

int64_t clock_wall_s(void)
{
    return clock_wall_us() / 1000000;
}

int64_t clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

void clock_format(struct buf *out, int64_t us)
{
    struct tm tm;
    char day[sizeof "2026-01-01T00:00:00"];
    time_t s = (time_t)(us / 1000000);
    gmtime_r(&s, &tm);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_printf(out, "%s.%06dZ", day, (int)(us % 1000000));
}

void clock_stamp(struct buf *out)
{
    clock_format(out, clock_wall_us());
}

/* Whether the text begins like the pattern, in which '0' stands for any digit. */
static bool has_shape(struct span s, const char *pattern)
{
    for (size_t i = 0; pattern[i]; i++)
        if (i >= s.n || (pattern[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != pattern[i]))
            return false;
    return true;
}

static int digits(const char *p, int n)
{
    int v = 0;
    while (n--)
        v = v * 10 + (*p++ - '0');
    return v;
}

bool clock_parse(struct span text, int64_t *us)
{
    static const char shape[] = "0000-00-00T00:00:00";
    if (!has_shape(text, shape))
        return false;
    struct span rest = {text.p + sizeof shape - 1, text.n - (sizeof shape - 1)};
    struct tm tm = {.tm_year = digits(text.p, 4) - 1900,
                    .tm_mon = digits(text.p + 5, 2) - 1,
                    .tm_mday = digits(text.p + 8, 2),
                    .tm_hour = digits(text.p + 11, 2),
                    .tm_min = digits(text.p + 14, 2),
                    .tm_sec = digits(text.p + 17, 2)};
    int64_t fraction = 0, zone = 0, unit = 100000;
    if (has_shape(rest, ".0"))
        for (rest.p++, rest.n--; has_shape(rest, "0"); rest.p++, rest.n--, unit /= 10)
            fraction += (*rest.p - '0') * unit;
    if (has_shape(rest, "+00:00") || has_shape(rest, "-00:00")) {
        zone = (digits(rest.p + 1, 2) * 60 + digits(rest.p + 4, 2)) * (*rest.p == '-' ? -60 : 60);
        rest = (struct span){rest.p + 5, rest.n - 5};
    } else if (!has_shape(rest, "Z")) {
        return false;
    }
    if (rest.n != 1 || tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    *us = ((int64_t)timegm(&tm) - zone) * 1000000 + fraction;
    return true;
}
