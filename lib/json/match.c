/* SPDX-License-Identifier: MIT */
/* Patterns over JSON. */
#include <stdlib.h>
#include <string.h>

#include "json/match.h"

static bool same_text(struct span a, struct span b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool same_string(struct span a, struct span b)
{
    struct buf x = {0}, y = {0};
    json_decode(&x, a);
    json_decode(&y, b);
    bool same = same_text(buf_as_span(&x), buf_as_span(&y)) || (!x.len && !y.len);
    buf_free(&x);
    buf_free(&y);
    return same;
}

static double number_value(struct span v)
{
    char *text = xstrndup(v.p, v.n);
    double d = strtod(text, NULL);
    free(text);
    return d;
}

static bool match_object(struct span pattern, struct span value)
{
    struct json_iter it = {pattern, false};
    struct span key, want;
    struct buf name = {0};
    bool good = true;
    while (good && json_next(&it, &key, &want)) {
        name.len = 0;
        json_decode(&name, key);
        struct span got = json_find(value, buf_cstr(&name));
        good = got.p && json_match(want, got);
    }
    buf_free(&name);
    return good;
}

static bool match_array(struct span pattern, struct span value)
{
    struct json_iter a = {pattern, false}, b = {value, false};
    struct span want, got;
    for (;;) {
        bool more = json_next(&a, NULL, &want);
        if (json_next(&b, NULL, &got) != more)
            return false;
        if (!more)
            return true;
        if (!json_match(want, got))
            return false;
    }
}

bool json_match(struct span pattern, struct span value)
{
    if (json_is_object(pattern))
        return json_is_object(value) && match_object(pattern, value);
    if (json_is_array(pattern))
        return json_is_array(value) && match_array(pattern, value);
    if (same_text(pattern, value))
        return true;
    if (json_is_string(pattern))
        return json_is_string(value) && same_string(pattern, value);
    if (json_is_number(pattern) && json_is_number(value)) {
        /* not equal by !=, which the compiler warns about */
        double x = number_value(pattern), y = number_value(value);
        return x <= y && x >= y;
    }
    return false;
}
