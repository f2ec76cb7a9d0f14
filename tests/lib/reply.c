/* SPDX-License-Identifier: MIT */
/* What of COMMAND's output is shown while it grows, and when. */
#include "run/reply.h"
#include "check.h"

static void test_text(void)
{
    static const struct {
        const char *printed, *shown;
    } rows[] = {
        {"", ""},
        {" \n\t", ""},
        {"one", "one"},
        {"one \r\n", "one"},
        {"one\r\ntwo\r", "one\ntwo"},
        {"one\rtwo", "one\rtwo"},
        {"  one", "  one"},
        {"h\xc3", "h"},
        {"h\xc3\xa9", "hé"},
        {"\xe2\x82", ""},
        {"a\xf0\x9f\x91", "a"},
        {"a \xff b", "a"},
        {"a\xc0\x80", "a"},
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        reply_so_far(&out, span_of(rows[i].printed));
        CHECK_THAT(reads(&out, rows[i].shown), "row %zu", i);
    }
    buf_free(&out);
    CHECK(span_eq(reply_text(span_of("a\n\n")), "a\n") && span_eq(reply_text(span_of("a\r\n")), "a"));
    CHECK(span_eq(reply_text(span_of("\n")), "") && span_eq(reply_text(span_of("a")), "a"));
}

static void test_moments(void)
{
    struct reply_options o = {.every = 1000};
    struct reply r = {0};
    CHECK(reply_due(&r) == INT64_MAX);
    reply_look(&r, &o, 0, 5000); /* nothing is printed */
    CHECK(reply_due(&r) == INT64_MAX);
    reply_look(&r, &o, 3, 5000);
    CHECK(reply_due(&r) == 6000);
    reply_look(&r, &o, 9, 5500); /* it grows: the moment stays */
    CHECK(reply_due(&r) == 6000);
    r.due = 0; /* it was shown then */
    r.last = 6000;
    reply_look(&r, &o, 9, 6100); /* nothing more is printed */
    CHECK(reply_due(&r) == INT64_MAX);
    reply_look(&r, &o, 10, 6200);
    CHECK(reply_due(&r) == 7000);
    r.due = 0;
    reply_look(&r, &o, 11, 9000); /* after a long silence, at once */
    CHECK(reply_due(&r) == 9000);
    r = (struct reply){0};
    reply_look(&r, &(struct reply_options){0}, 3, 5000);
    CHECK(reply_due(&r) == INT64_MAX);
    reply_look(&r, &o, REPLY_GROWS_MOST + 1, 5000);
    CHECK(reply_due(&r) == INT64_MAX);
}

int main(void)
{
    test_text();
    test_moments();
    return failures != 0;
}
