/* SPDX-License-Identifier: MIT */
/* Request ids. */
#include <unistd.h>

#include "base/diag.h"
#include "base/random.h"

enum { ID_BYTES = 16 };

void request_id(struct buf *out)
{
    static unsigned char pool[ID_BYTES * 16]; /* as much as getentropy(3) gives at once */
    static size_t left;
    static const char hex[] = "0123456789abcdef";
    if (!left) {
        if (getentropy(pool, sizeof pool))
            die(EX_OSERR, "read random bytes:");
        left = sizeof pool;
    }
    char *to = buf_room(out, 2 * (size_t)ID_BYTES);
    for (size_t i = 0; i < ID_BYTES; i++) {
        unsigned char b = pool[--left];
        to[2 * i] = hex[b >> 4];
        to[2 * i + 1] = hex[b & 15];
    }
    out->len += 2 * (size_t)ID_BYTES;
}
