/* SPDX-License-Identifier: MIT */
/* WebSocket frames as a client sends them, read back according to RFC 6455 §5.2. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "relay/ws.h"

struct read_frame {
    bool final, masked;
    int opcode;
    uint64_t n;
    uint32_t mask;
};

/* Takes one frame off the front of *s and unmasks its payload in place. */
static struct read_frame read_frame(struct span *s, char **payload)
{
    unsigned char *p = (unsigned char *)(uintptr_t)s->p;
    struct read_frame f = {p[0] & 0x80, p[1] & 0x80, p[0] & 0x0f, p[1] & 0x7f, 0};
    size_t head = 2, more = f.n == 126 ? 2 : f.n == 127 ? 8 : 0;
    if (more)
        f.n = 0;
    for (size_t i = 0; i < more; i++)
        f.n = f.n << 8 | p[head++];
    memcpy(&f.mask, p + head, 4);
    unsigned char key[4];
    memcpy(key, p + head, 4);
    head += 4;
    for (uint64_t i = 0; i < f.n; i++)
        p[head + i] ^= key[i & 3];
    *payload = (char *)p + head;
    s->p += head + f.n;
    s->n -= head + f.n;
    return f;
}

static void test_sizes(void)
{
    static const size_t sizes[] = {0, 1, 7, 8, 125, 126, 127, 65535, 65536, 1 << 20};
    struct buf out = {0};
    char *text = malloc(1 << 20), *payload;
    for (size_t i = 0; text && i < 1 << 20; i++)
        text[i] = (char)(i * 31);
    for (size_t i = 0; text && i < sizeof sizes / sizeof *sizes; i++) {
        size_t head = sizes[i] < 126 ? 6 : sizes[i] < 65536 ? 8 : 14;
        out.len = 0;
        ws_encode(&out, WS_TEXT, (struct span){text, sizes[i]});
        CHECK_THAT(out.len == head + sizes[i], "%zu", sizes[i]);
        struct span s = buf_as_span(&out);
        struct read_frame f = read_frame(&s, &payload);
        CHECK_THAT(f.final && f.masked && f.opcode == WS_TEXT && f.n == sizes[i] && !s.n, "%zu", sizes[i]);
        CHECK_THAT(memcmp(payload, text, sizes[i]) == 0, "%zu", sizes[i]);
    }
    free(text);
    buf_free(&out);
}

/* A mask must be unpredictable, so no two in a row are the same. */
static void test_masks(void)
{
    struct buf out = {0};
    uint32_t before = 0;
    char *payload;
    int same = 0;
    for (int i = 0; i < 1000; i++)
        ws_encode(&out, WS_PING, span_of("x"));
    struct span s = buf_as_span(&out);
    for (int i = 0; s.n; i++) {
        struct read_frame f = read_frame(&s, &payload);
        CHECK(f.opcode == WS_PING && f.n == 1 && *payload == 'x');
        same += f.mask == before;
        before = f.mask;
    }
    CHECK(same < 2);
    buf_free(&out);
}

/* The payload of a close frame. */
static struct span close_of(struct buf *out, int code, const char *reason)
{
    char *payload;
    out->len = 0;
    ws_encode_close(out, code, span_of(reason));
    struct span s = buf_as_span(out);
    struct read_frame f = read_frame(&s, &payload);
    CHECK(f.final && f.opcode == WS_CLOSE && f.n <= WS_CONTROL_MAX && !s.n);
    return (struct span){payload, f.n};
}

static void test_close(void)
{
    struct buf out = {0}, reason = {0};
    CHECK(close_of(&out, WS_NO_CODE, "gone").n == 0);
    struct span s = close_of(&out, 4401, "expired");
    CHECK(s.n == 9 && memcmp(s.p,
                             "\x11\x31"
                             "expired",
                             9) == 0);
    /* 124 bytes of reason do not fit, and no character is cut in half. */
    for (int i = 0; i < 62; i++)
        buf_str(&reason, "é");
    s = close_of(&out, WS_NORMAL, buf_cstr(&reason));
    CHECK_THAT(s.n == 2 + 122, "%zu", s.n);
    reason.len = 0;
    for (int i = 0; i < 41; i++)
        buf_str(&reason, "\xe2\x82\xac");
    s = close_of(&out, WS_NORMAL, buf_cstr(&reason));
    CHECK_THAT(s.n == 2 + 123, "%zu", s.n);
    buf_free(&out);
    buf_free(&reason);
}

static void test_codes(void)
{
    static const int valid[] = {1000, 1001, 1003, 1007, 1013, 1014, 3000, 4401, 4999};
    static const int wrong[] = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        CHECK_THAT(ws_code_valid(valid[i]), "%d", valid[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_THAT(!ws_code_valid(wrong[i]), "%d", wrong[i]);
}

int main(void)
{
    test_sizes();
    test_masks();
    test_close();
    test_codes();
    return failures != 0;
}
