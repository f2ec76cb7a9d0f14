/* SPDX-License-Identifier: MIT */
/* UTF-8 text. */
#include "base/text.h"
#include "check.h"

/* A literal with the NULs it may have in it. */
#define ROW(literal)                 \
    {                                \
        literal, sizeof(literal) - 1 \
    }
#define TEXT(literal) ((struct span)ROW(literal))

static void test_text(void)
{
    static const struct span trims[][2] = {
        {ROW(" a b\t"), ROW("a b")},
        {ROW("\xe3\x80\x80x\xc2\xa0\xe2\x80\xa8"), ROW("x")},
        {ROW("\x1c\x85"), ROW("\x85")},
        {ROW("\xc2\x85"), ROW("")},
        {ROW("\xa0"), ROW("\xa0")},
        {ROW("\0 "), ROW("\0")},
        {ROW("\xe2\x80\x8b"), ROW("\xe2\x80\x8b")},
        {ROW(""), ROW("")},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof trims / sizeof *trims; i++) {
        buf_span(&b, text_trim(trims[i][0]));
        CHECK_THAT(holds(&b, trims[i][1]), "row %zu", i);
    }
    struct span odd = TEXT("a\\\x1b]0;\x07\n\xc2\x9b\xe2\x80\xae\xff\0z");
    text_escape(&b, odd.p, odd.n);
    CHECK(reads(&b, "a\\\\x1b]0;\\x07\\n\\u{9b}\\u{202e}\\xff\\x00z"));
    odd = TEXT("a\xe2\x80\x8b"
               "b\xe2\x80\x8d"
               "c\xef\xb8\x8f"
               "d\xf3\xa0\x81\x81"
               "e\xf3\xa0\x84\x80"
               "f\xc2\xad"
               "g\xe3\x85\xa4\xe2\x81\xa0");
    text_escape(&b, odd.p, odd.n);
    CHECK(reads(&b, "a\\u{200b}b\\u{200d}c\\u{fe0f}d\\u{e0041}e\\u{e0100}f\\u{ad}g\\u{3164}\\u{2060}"));
    odd = TEXT("\xc3\xa9\xe0\xa4\x95\xe4\xb8\xad\xf0\x9f\x98\x80\xd8\x80 \xc2\xa0");
    text_escape(&b, odd.p, odd.n);
    CHECK(holds(&b, odd));
    text_flatten(&b,
                 " \x01"
                 "a \n\t\xc2\xa0"
                 "b\x7f ",
                 12);
    CHECK(reads(&b, "a b"));
    CHECK(text_utf16("a\xf0\x9f\x98\x80\xe2\x82\xac", 8) == 4 &&
          text_chars("a\xf0\x9f\x98\x80\xe2\x82\xac", 8) == 3);
    buf_free(&b);
}

int main(void)
{
    test_text();
    return failures != 0;
}
