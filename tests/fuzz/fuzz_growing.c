/* SPDX-License-Identifier: MIT */
/* Texts that are shown while they grow, and what becomes of their requests. The first three bytes choose the
 * rule, every further one adds a piece to the text or settles a request. Each request is within the limit,
 * and the text comes to an end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "send/breaks.h"
#include "send/growing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const pieces[] = {
    "a",       "word ",  "longer_word", "\n",        "\n\n",
    "\r\n",    "    ",   "`",           "```",       "\n```py\n",
    "\n```\n", "**",     "_",           "||",        "~~",
    "[",       "](u:v)", "\n- ",        "\n> ",      "\n>>> ",
    "\n1. ",   "\n# ",   "\n===\n",     "| a | b |", "\n|---|---|\n",
    ". ",      "漢字",   "e\u0301",     "🇩🇪",        "👨‍👩‍👧",
    "\u2028",  "\u200d",
};
enum { PIECES = sizeof pieces / sizeof *pieces, RESULTS = GROWING_DECLINED + 1, REQUESTS_MOST = 100000 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

static struct growing *begin(const uint8_t *data, struct growing_rule *r)
{
    static const char *const dialects[] = {"", "discord", "slack", "telegram", "commonmark"};
    *r = (struct growing_rule){.split = {.max = 16U + data[0], .utf16 = data[1] & 1}, .edits = data[1] & 2};
    r->split.dialect = dialect_find(span_of(dialects[data[2] % (sizeof dialects / sizeof *dialects)]));
    return growing_new(r);
}

/* Makes the next request and settles it. False: there is none. */
static bool step(struct growing *g, const struct growing_rule *r, unsigned how)
{
    struct growing_request q;
    if (!growing_next(g, INT64_MAX, &q))
        return false;
    check(q.content.n && text_valid(q.content.p, q.content.n));
    check(split_length(&r->split, q.content) <= r->split.max && gap_at(q.content, 0).end < q.content.n);
    check(!q.edit || q.message.n);
    growing_settle(g, (enum growing_result)(how % RESULTS), span_of(how & 16 ? "" : "m"), 1);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct growing_rule r;
    struct buf text = {0};
    if (size < 4)
        return 0;
    struct growing *g = begin(data, &r);
    for (size_t i = 3; i < size; i++) {
        if (data[i] < 128)
            buf_str(&text, pieces[data[i] % PIECES]);
        if (data[i] & 64)
            growing_text(g, buf_as_span(&text), LAYOUT_GROWS);
        if (data[i] >= 128)
            step(g, &r, data[i]);
    }
    growing_text(g, buf_as_span(&text), data[1] & 4 ? LAYOUT_CUT : LAYOUT_WHOLE);
    for (int n = 0; step(g, &r, data[1] & 8 ? GROWING_GOOD : data[(size_t)n % size]); n++)
        check(n < REQUESTS_MOST);
    check(growing_state(g) != GROWING_ON);
    growing_free(g);
    buf_free(&text);
    return 0;
}
