/* SPDX-License-Identifier: MIT */
/* Base64 in both alphabets. */
#include <stdint.h>

#include "base/base64.h"

static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of a character; c62 and c63 are the last two of the alphabet. -1: not in the alphabet. */
static int digit(char c, char c62, char c63)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == c62 ? 62 : c == c63 ? 63 : -1;
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
        int d = i < n - pad ? digit(text.p[i], '+', '/') : 0;
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

static void encode(struct buf *out, struct span bytes, const char *alphabet)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    char *to = buf_room(out, bytes.n / 3 * 4 + 4), *start = to;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t k = bytes.n - i < 3 ? bytes.n - i : 3;
        unsigned v = (unsigned)p[i] << 16 | (k > 1 ? (unsigned)p[i + 1] << 8 : 0) | (k > 2 ? p[i + 2] : 0U);
        for (size_t j = 0; j <= k; j++)
            *to++ = alphabet[v >> (18 - 6 * j) & 63];
    }
    out->len += (size_t)(to - start);
}

void base64_encode(struct buf *out, struct span bytes)
{
    encode(out, bytes, standard);
    for (size_t n = bytes.n; n % 3; n++)
        buf_ch(out, '=');
}

void base64url_encode(struct buf *out, struct span bytes)
{
    encode(out, bytes, url);
}

bool base64url_decode(struct buf *out, struct span text)
{
    unsigned v = 0, bits = 0;
    size_t start = out->len;
    for (size_t i = 0; i < text.n; i++) {
        int d = digit(text.p[i], '-', '_');
        if (d < 0) {
            out->len = start;
            return false;
        }
        v = v << 6 | (unsigned)d;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_ch(out, (char)(v >> bits & 255));
        }
    }
    bool good = text.n % 4 != 1 && (v & ((1U << bits) - 1)) == 0;
    if (!good)
        out->len = start;
    return good;
}
