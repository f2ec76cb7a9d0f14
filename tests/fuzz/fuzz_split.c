/* SPDX-License-Identifier: MIT */
/* Texts to split, made from the pieces of the dialects. Each part is within the limit, and without what was
 * added at their ends, the parts are the text, except for white space and quote marks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "send/breaks.h"
#include "send/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const pieces[] = {
    "a",
    "word ",
    "longer_word",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "    ",
    "  ",
    "`",
    "``",
    "```",
    "~~~",
    "\n```py\n",
    "\n```\n",
    "\n~~~\n",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "||",
    "[",
    "](u:v)",
    "<a>",
    "\\",
    "\n- ",
    "\n> ",
    "> ",
    "\n>>> ",
    "\n9. ",
    "\n1. ",
    "\n# ",
    "\n===\n",
    "\n---\n",
    "| a | b |",
    "\n|---|---|\n",
    ". ",
    "。",
    "漢字",
    "e\u0301",
    "🇩🇪",
    "👨‍👩‍👧",
    "\u2028",
    " \u0301",
    "\u200d",
    "(",
    ")",
    "!",
    "http://x/ ",
    "\n        code",
    "\n  - ",
    "\n    1) ",
    "\u00a0",
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static struct buf text, part, before, got, want;

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void add_ink(struct buf *out, struct span s)
{
    uint32_t c;
    for (size_t i = 0, k; i < s.n; i += k) {
        k = code_point_at(s, i, &c);
        if (c > ' ' && c != '>' && c != 0x2028)
            buf_add(out, s.p + i, k);
    }
}

static void check_split(const struct split_rule *r)
{
    struct split s = {0};
    got.len = want.len = 0;
    split_start(&s, buf_as_span(&text), r);
    for (size_t parts = 0;; parts++) {
        before.len = part.len = 0;
        buf_span(&before, buf_as_span(&s.before));
        if (!split_next(&s, &part))
            break;
        check(split_length(r, buf_as_span(&part)) <= r->max && text_valid(part.p, part.len));
        check(part.len >= before.len + s.after.len && parts <= text.len);
        check(!before.len || memcmp(part.p, before.p, before.len) == 0);
        check(!s.after.len || memcmp(part.p + part.len - s.after.len, s.after.p, s.after.len) == 0);
        add_ink(&got, (struct span){part.p + before.len, part.len - before.len - s.after.len});
    }
    add_ink(&want, buf_as_span(&text));
    check(s.at == text.len);
    check(span_same(buf_as_span(&got), buf_as_span(&want)));
    split_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const dialects[] = {"", "discord", "slack", "markdown_v2", "commonmark"};
    if (size < 3)
        return 0;
    struct split_rule r = {.max = 1 + data[0] % 120U, .utf16 = data[1] & 1};
    r.dialect = dialect_find(span_of(dialects[(data[1] >> 1) % 5]));
    text.len = 0;
    for (size_t i = 2; i < size; i++)
        buf_str(&text, pieces[data[i] % PIECES]);
    if (split_possible(&r, buf_as_span(&text)))
        check_split(&r);
    return 0;
}
