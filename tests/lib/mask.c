/* SPDX-License-Identifier: MIT */
/* Unmasked frames are found at the same byte, however the bytes are cut. */
#include "stub/mask.h"
#include "check.h"

#define REQUEST "GET /relay HTTP/1.1\r\nA: \r\r\n\r\n"
#define MASKED     \
    "\x81\x83mask" \
    "abc"
#define LONGER         \
    "\x01\xfe\x00\x80" \
    "mask" X64 X64
#define HUGE_                                  \
    "\x02\xff\x00\x00\x00\x00\x00\x00\x00\x40" \
    "mask" X64
#define X64 "\r\n\r\n\r\n\r\n0123456789abcdef0123456789abcdef0123456789abcdef01234567"

#define ROW(before, after)                                       \
    {                                                            \
        before after, sizeof before - 1, sizeof before after - 1 \
    }

/* the bytes, where the unmasked frame begins, and how many bytes there are */
static const struct {
    const char *bytes;
    size_t good, n;
} rows[] = {
    ROW(REQUEST, ""),
    ROW(REQUEST MASKED LONGER HUGE_ MASKED, ""),
    ROW(REQUEST, "\x81\x03"
                 "abc"),
    ROW(REQUEST, "\x89\x00"),
    ROW(REQUEST, "\x88\x02\x03\xe8"),
    ROW(REQUEST MASKED, "\x81\x7e\x01\x00 abc"),
    ROW(REQUEST LONGER MASKED, "\x8a\x01x" MASKED),
    ROW(REQUEST HUGE_ "\x89\x80mask", "\x00\x00\x00\x00"),
    ROW("no request at all \x81\x03"
        "abc",
        ""),
};

/* How many of the bytes come through if they arrive in pieces that end at a and b. */
static size_t pieces(const char *p, size_t n, size_t a, size_t b)
{
    struct mask m = {0};
    const size_t ends[] = {a, b, n};
    size_t from = 0, good = 0;
    for (size_t i = 0; i < 3 && !m.failed; i++) {
        good += mask_check(&m, (const unsigned char *)p + from, ends[i] - from);
        from = ends[i];
    }
    return good;
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t a = 0; a <= rows[i].n; a++)
            for (size_t b = a; b <= rows[i].n; b++) {
                size_t good = pieces(rows[i].bytes, rows[i].n, a, b);
                /* the frame's first byte may have come through before its second arrived */
                CHECK_THAT(good == rows[i].good || (good == rows[i].good + 1 && good < rows[i].n),
                           "row %zu cut at %zu, %zu: %zu", i, a, b, good);
            }
    return failures != 0;
}
