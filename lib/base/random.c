/* SPDX-License-Identifier: MIT */
/* Random bytes; the kernel is asked for as many at a time as getentropy(3) gives. */
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/random.h"

void random_bytes(void *to, size_t n)
{
    static unsigned char pool[RANDOM_MOST];
    static size_t left;
    if (n > sizeof pool)
        die(EX_SOFTWARE, "draw %zu random bytes: too many at once", n);
    if (left < n) {
        if (getentropy(pool, sizeof pool))
            die(EX_OSERR, "read random bytes:");
        left = sizeof pool;
    }
    left -= n;
    memcpy(to, pool + left, n);
}

uint32_t random_word(void)
{
    uint32_t word;
    random_bytes(&word, sizeof word);
    return word;
}

void random_hex(struct buf *out, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char raw[RANDOM_MOST];
    random_bytes(raw, n);
    char *to = buf_room(out, 2 * n);
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = hex[raw[i] >> 4];
        to[2 * i + 1] = hex[raw[i] & 15];
    }
    out->len += 2 * n;
}
