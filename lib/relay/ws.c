/* SPDX-License-Identifier: MIT */
/* WebSocket frames as a client sends them. */
#include <stdint.h>
#include <string.h>

#include "base/random.h"
#include "relay/ws.h"

bool ws_code_valid(int code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static void mask_copy(unsigned char *to, const char *from, size_t n, uint32_t mask)
{
    uint64_t wide = (uint64_t)mask << 32 | mask;
    unsigned char key[4];
    size_t i = 0;
    memcpy(key, &mask, 4);
    for (; i + 8 <= n; i += 8) {
        uint64_t x;
        memcpy(&x, from + i, 8);
        x ^= wide;
        memcpy(to + i, &x, 8);
    }
    for (; i < n; i++)
        to[i] = (unsigned char)from[i] ^ key[i & 3];
}

/*   FIN+opcode | MASK+length (7 bits, or 126 and 16 bits, or 127 and 64 bits) | mask | payload   */
void ws_encode(struct buf *out, enum ws_opcode op, struct span payload)
{
    size_t n = payload.n;
    unsigned char *start = (unsigned char *)buf_room(out, n + 14), *p = start;
    uint32_t mask = random_word(); /* RFC 6455 §5.3: unpredictable */
    *p++ = (unsigned char)(0x80 | op);
    if (n < 126) {
        *p++ = (unsigned char)(0x80 | n);
    } else {
        int bytes = n < 65536 ? 2 : 8;
        *p++ = bytes == 2 ? 0x80 | 126 : 0x80 | 127;
        for (int i = bytes - 1; i >= 0; i--)
            *p++ = (unsigned char)((uint64_t)n >> 8 * i);
    }
    memcpy(p, &mask, 4);
    p += 4;
    mask_copy(p, payload.p, n, mask);
    out->len += (size_t)(p - start) + n;
}

void ws_encode_close(struct buf *out, int code, struct span reason)
{
    char payload[WS_CONTROL_MAX];
    size_t n = 0;
    if (code != WS_NO_CODE) {
        payload[n++] = (char)(code >> 8);
        payload[n++] = (char)(code & 255);
        size_t most = sizeof payload - n;
        if (reason.n > most) {
            /* Do not cut a character in half. */
            while (most && ((unsigned char)reason.p[most] & 0xc0) == 0x80)
                most--;
            reason.n = most;
        }
        memcpy(payload + n, reason.p, reason.n);
        n += reason.n;
    }
    ws_encode(out, WS_CLOSE, (struct span){payload, n});
}
