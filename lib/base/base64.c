/* SPDX-License-Identifier: MIT */
/* Standard base64. */
#include <stdint.h>

#include "base/base64.h"

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct buf *out, struct span text)
{
    size_t n = text.n, start = out->len, pad = 0;
    if (n % 4)
        return false;
    while (pad < 2 && pad < n && text.p[n - pad - 1] == '=')
        pad++;
    char *to = buf_room(out, n / 4 * 3 + 1), *end = to;
    uint32_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        int d = i < n - pad ? digit(text.p[i]) : 0;
        if (d < 0)
            return false;
        bits = bits << 6 | (uint32_t)d;
        if (i % 4 == 3) {
            *end++ = (char)(bits >> 16 & 0xff);
            *end++ = (char)(bits >> 8 & 0xff);
            *end++ = (char)(bits & 0xff);
        }
    }
    out->len = start + (size_t)(end - to) - pad;
    return true;
}
