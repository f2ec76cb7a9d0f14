/* SPDX-License-Identifier: MIT */
/* Arbitrary text as a number, duration, size and moment: within its bounds, or refused with *out left alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_number(const char *text)
{
    char again[32];
    int64_t v = 7;
    if (!number_parse(text, -1000, 1000000, &v)) {
        check(v == 7);
        return;
    }
    check(v >= -1000 && v <= 1000000);
    snprintf(again, sizeof again, "%lld", (long long)v);
    int64_t w = 7;
    check(number_parse(again, v, v, &w) && w == v);
}

static void check_moment(struct span text)
{
    struct buf b = {0};
    int64_t us = -7, again;
    if (!clock_parse(text, &us)) {
        check(us == -7);
        return;
    }
    if (us >= 0 && us < INT64_C(253402300800000000)) { /* to the end of 9999 */
        clock_format(&b, us);
        check(clock_parse(buf_as_span(&b), &again) && again == us);
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xstrndup(size ? (const char *)data : "", size);
    int64_t v = -7;
    check_number(text);
    check(duration_parse(text, &v) ? v >= 0 && v <= (int64_t)365 * 24 * 3600 * 1000 : v == -7);
    v = -7;
    check(size_parse(text, 5, 1 << 30, &v) ? v >= 5 && v <= 1 << 30 : v == -7);
    check_moment((struct span){text, size});
    free(text);
    return 0;
}
