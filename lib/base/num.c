/* SPDX-License-Identifier: MIT */
/* Numbers as users write them. */
#include <stddef.h>
#include <string.h>

#include "base/num.h"

/* Reads digits at s into *v and returns the place after them; NULL when there are none or they overflow. */
static const char *digits(const char *s, int64_t *v)
{
    const char *start = s;
    for (*v = 0; *s >= '0' && *s <= '9'; s++) {
        int d = *s - '0';
        if (*v > (INT64_MAX - d) / 10)
            return NULL;
        *v = *v * 10 + d;
    }
    return s == start ? NULL : s;
}

bool number_parse(const char *s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = *s == '-';
    int64_t v;
    const char *end = digits(s + negative, &v);
    if (!end || *end)
        return false;
    v = negative ? -v : v;
    if (v < min || v > max)
        return false;
    *out = v;
    return true;
}

bool duration_parse(const char *s, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    const int64_t most = (int64_t)365 * 24 * 3600 * 1000;
    int64_t whole, nano = 0;
    s = digits(s, &whole);
    if (!s || whole > most)
        return false;
    if (*s == '.') {
        int64_t place = 100000000;
        if (*++s < '0' || *s > '9')
            return false;
        for (; *s >= '0' && *s <= '9'; s++, place /= 10)
            nano += (*s - '0') * place;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(s, units[i].unit) == 0) {
            int64_t v = whole * units[i].ms + nano * units[i].ms / 1000000000;
            if (v > most)
                return false;
            *ms = v;
            return true;
        }
    return false;
}

bool size_parse(const char *s, int64_t min, int64_t max, int64_t *out)
{
    int64_t v, unit = 1;
    s = digits(s, &v);
    if (!s)
        return false;
    if (*s) {
        const char *at = strchr("KMG", *s);
        if (!at || s[1])
            return false;
        unit = (int64_t)1 << 10 * (at - "KMG" + 1);
    }
    if (v > INT64_MAX / unit || v * unit < min || v * unit > max)
        return false;
    *out = v * unit;
    return true;
}
