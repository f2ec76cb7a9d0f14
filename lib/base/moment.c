/* SPDX-License-Identifier: MIT */
/* Moments as users write them. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/moment.h"
#include "base/num.h"

/* Reads digits and separators as the pattern has them, '0' for a digit, into a number per run of digits.
 * Returns what follows them, or NULL. */
static const char *read_shape(const char *s, const char *shape, int *numbers)
{
    for (int fresh = 1; *shape; s++, shape++) {
        if (*shape != '0' && *s != *shape)
            return NULL;
        if (*shape != '0') {
            fresh = 1;
            continue;
        }
        if (*s < '0' || *s > '9')
            return NULL;
        if (fresh)
            *numbers++ = 0;
        numbers[-1] = numbers[-1] * 10 + (*s - '0');
        fresh = 0;
    }
    return s;
}

/* "14:05" or "14:05:30" to the end of the text. */
static bool read_time(const char *s, struct tm *tm)
{
    int n[2] = {0}, second[1] = {0};
    const char *rest = read_shape(s, "00:00", n);
    if (rest && *rest)
        rest = read_shape(rest, ":00", second);
    if (!rest || *rest || n[0] > 23 || n[1] > 59 || second[0] > 60)
        return false;
    tm->tm_hour = n[0];
    tm->tm_min = n[1];
    tm->tm_sec = second[0];
    return true;
}

static bool read_local(const char *s, int64_t now, struct tm *tm)
{
    time_t t = (time_t)(now / 1000000);
    int n[3];
    const char *rest = read_shape(s, "0000-00-00", n);
    if (!localtime_r(&t, tm))
        return false;
    tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
    tm->tm_isdst = -1;
    if (!rest)
        return read_time(s, tm);
    tm->tm_year = n[0] - 1900;
    tm->tm_mon = n[1] - 1;
    tm->tm_mday = n[2];
    if (n[0] < 1970 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31)
        return false;
    return !*rest || ((*rest == 'T' || *rest == ' ') && read_time(rest + 1, tm));
}

bool moment_parse(const char *text, int64_t now, int64_t *us)
{
    int64_t ms;
    struct tm tm;
    if (clock_parse((struct span){text, strlen(text)}, us))
        return true;
    if (duration_parse(text, &ms)) {
        *us = now - ms * 1000;
        return true;
    }
    if (!read_local(text, now, &tm))
        return false;
    *us = (int64_t)mktime(&tm) * 1000000;
    return true;
}
