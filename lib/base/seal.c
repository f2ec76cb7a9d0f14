/* SPDX-License-Identifier: MIT */
/* Checksums of lines. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/seal.h"

/* Each '0' after the colon stands for a digit of the checksum. */
static const char pattern[] = ",\"crc\":\"00000000\"}";
enum { SEAL_SIZE = sizeof pattern - 1, DIGITS_AT = 8, DIGITS = 8 };

/* CRC-32 of ISO 3309, four bits at a time. */
static uint32_t checksum(uint32_t sum, const char *p, size_t n)
{
    static const uint32_t step[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                      0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                      0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    for (sum = ~sum; n--; p++) {
        sum ^= (unsigned char)*p;
        sum = sum >> 4 ^ step[sum & 15];
        sum = sum >> 4 ^ step[sum & 15];
    }
    return ~sum;
}

/* The length of the text before its last '}'. */
static size_t body(const char *p, size_t n)
{
    while (n && (p[n - 1] == ' ' || p[n - 1] == '\t' || p[n - 1] == '\r'))
        n--;
    return n ? n - 1 : 0;
}

void seal_add(struct buf *out, struct span line)
{
    size_t n = body(line.p, line.n);
    buf_add(out, line.p, n);
    buf_printf(out, ",\"crc\":\"%08x\"}", (unsigned)checksum(0, line.p, line.n));
    buf_add(out, line.p + n + 1, line.n - n - 1);
}

/* How many characters at p differ from a seal's; any digit matches a digit. */
static int differences(const char *p)
{
    int n = 0;
    for (int i = 0; i < SEAL_SIZE; i++)
        n += pattern[i] == '0' ? !strchr("0123456789abcdef", p[i]) || !p[i] : p[i] != pattern[i];
    return n;
}

enum seal seal_open(char *text, struct span *line)
{
    size_t n = body(text, line->n) + 1;
    if (n <= SEAL_SIZE || n > line->n)
        return SEAL_NONE;
    char *at = text + n - SEAL_SIZE, sum[DIGITS + 1];
    int wrong = differences(at);
    if (wrong)
        return wrong == 1 ? SEAL_BROKEN : SEAL_NONE;
    size_t tail = line->n - n, size = n - SEAL_SIZE + 1 + tail;
    uint32_t have = checksum(0, text, n - SEAL_SIZE);
    have = checksum(have, text + n - 1, 1 + tail);
    snprintf(sum, sizeof sum, "%08x", (unsigned)have);
    if (memcmp(sum, at + DIGITS_AT, DIGITS) != 0)
        return SEAL_BROKEN;
    memmove(at, text + n - 1, 1 + tail);
    *line = (struct span){text, size};
    return SEAL_WHOLE;
}
