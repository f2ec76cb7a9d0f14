/* SPDX-License-Identifier: MIT */
/* Frames, and the identifiers in them. */
#include "relay/frame.h"
#include "check.h"

/* A literal with the NULs it may have in it. */
#define ROW(literal)                 \
    {                                \
        literal, sizeof(literal) - 1 \
    }
#define TEXT(literal) ((struct span)ROW(literal))

static void test_frames(void)
{
    struct frame f = {0};
    struct json_error e;
    struct buf b = {0};
#define PARSES(text) frame_parse(&f, TEXT(text), &e)
    CHECK(PARSES("{\"type\":\"inb\\u006fund\",\"bufferId\":9007199254740993}") && f.type == FRAME_INBOUND);
    CHECK(frame_buffered(&f) && frame_dir(&f) == FRAME_DOWN);
    frame_ack(&b, &f);
    CHECK(reads(&b, "{\"type\":\"inbound_ack\",\"bufferId\":\"9007199254740993\"}"));
    CHECK(PARSES("{\"type\":\"inbound\",\"bufferId\":\"\"}") && !frame_buffered(&f));
    CHECK(PARSES("{\"type\":\"inbound\",\"bufferId\":null}") && !frame_buffered(&f));
    CHECK(PARSES("{\"type\":\"outbound\",\"bufferId\":\"1\"}") && !frame_buffered(&f) &&
          frame_dir(&f) == FRAME_UP);
    CHECK(PARSES("{\"op\":\"send\"}") && f.type == FRAME_ACTION);
    CHECK(PARSES("{\"type\":\"x\",\"op\":1}") && f.type == FRAME_OTHER);
    CHECK(PARSES("{\"type\":\"inbound\\u0000\"}") && f.type == FRAME_OTHER);
    CHECK(PARSES("{\"type\":\"\"}") && f.type == FRAME_OTHER && PARSES("{\"type\":\"inboune\"}") &&
          f.type == FRAME_OTHER);
    CHECK(PARSES("{\"type\":\"w\\u006frk\"}") && f.type == FRAME_WORK && frame_dir(&f) == FRAME_LOCAL);
    CHECK(PARSES("{\"type\":1,\"type\":\"link\"}") && f.type == FRAME_LINK);
    CHECK(!PARSES("{\"type\":\"link\",\"type\":1}") && !PARSES("{\"type\":null,\"op\":\"x\"}") &&
          !PARSES("{\"op\":1}"));
    CHECK(!PARSES("{}") && !PARSES("[]") && !PARSES("\"type\""));
    CHECK(platform_decode(&b, TEXT("\" \\u0044ISCORD\\n\"")) && reads(&b, "discord"));
    CHECK(!platform_decode(&b, TEXT("\" \"")) && !platform_decode(&b, TEXT("1")));
    b.len = 0;
    CHECK(identifier_decode(&b, TEXT("1.50")) && reads(&b, "1.50") && !identifier_decode(&b, TEXT("\"\"")));
    CHECK(identifier_is(TEXT("0")) && identifier_is(TEXT("\"x\"")) && !identifier_is(TEXT("\"\"")) &&
          !identifier_is(TEXT("null")) && !identifier_is((struct span){NULL, 0}));
    CHECK(identifier_add(&b, TEXT("12")) && identifier_add(&b, TEXT("\"\\u0061\"")) &&
          !identifier_add(&b, TEXT("[]")) && reads(&b, "\"12\"\"\\u0061\""));
    CHECK(span_eq(identifier_text(&b, TEXT("-7e1")), "\"-7e1\"") && !identifier_text(&b, TEXT("true")).p);
    frame_free(&f);
    buf_free(&b);
}

int main(void)
{
    test_frames();
    return failures != 0;
}
