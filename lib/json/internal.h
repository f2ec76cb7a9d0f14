/* SPDX-License-Identifier: MIT */
/* Steps over JSON text; private to lib/json/. p is inside the text, end just behind it. */
#ifndef RELAY_JSON_INTERNAL_H
#define RELAY_JSON_INTERNAL_H

#include <stdint.h>
#include <string.h>

static inline const char *json_skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* 1 for the bytes that stand for themselves in a string: printable ASCII except '"' and '\'. */
static const unsigned char plain[256] = {
    ['"'] = 0,
#define P4(c) [c] = 1, [(c) + 1] = 1, [(c) + 2] = 1, [(c) + 3] = 1
    [' '] = 1, ['!'] = 1, ['#'] = 1, P4('$'),   P4('('),   P4(','),   P4('0'),   P4('4'),
    P4('8'),   P4('<'),   P4('@'),   P4('D'),   P4('H'),   P4('L'),   P4('P'),   P4('T'),
    ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['['] = 1, [']'] = 1, ['^'] = 1, ['_'] = 1, P4('`'),
    P4('d'),   P4('h'),   P4('l'),   P4('p'),   P4('t'),   P4('x'),   P4('|'),
#undef P4
};

/* Skips eight bytes at a time while none is special: a control character, '"', '\' or not ASCII. */
static inline const char *json_skip_plain(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
    while (end - p >= 8) {
        uint64_t x;
        memcpy(&x, p, 8);
        uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';
        uint64_t special = x | (x - ones * 0x20) | (quote - ones) | (slash - ones);
        if (special & high)
            break;
        p += 8;
    }
    while (p < end && plain[(unsigned char)*p])
        p++;
    return p;
}

/* p is at the opening quote of a valid string. Skips eight bytes at a time while none is '"' or '\\'. */
static inline const char *json_skip_string(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
    p++;
    for (;;) {
        while (end - p >= 8) {
            uint64_t x;
            memcpy(&x, p, 8);
            uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';
            if (((quote - ones) & ~quote & high) | ((slash - ones) & ~slash & high))
                break;
            p += 8;
        }
        while (*p != '"' && *p != '\\')
            p++;
        if (*p == '"')
            return p + 1;
        p += 2;
    }
}

#endif
