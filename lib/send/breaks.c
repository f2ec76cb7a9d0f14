/* SPDX-License-Identifier: MIT */
/* Where a text may be cut. */
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <unilbrk.h>

#include "base/text.h"
#include "send/breaks.h"

size_t code_point_at(struct span text, size_t i, uint32_t *cp)
{
    size_t k = text_decode(text.p + i, text.n - i, cp);
    if (k)
        return k;
    *cp = 0xfffd;
    return 1;
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a && c != 0x2007) || c == 0x2028 || c == 0x2029 || c == 0x205f ||
           c == 0x3000;
}

struct gap gap_at(struct span text, size_t i)
{
    struct gap g = {.end = i};
    uint32_t c, next;
    for (size_t k; g.end < text.n; g.end += k, g.count++) {
        k = code_point_at(text, g.end, &c);
        if (!is_blank(c))
            break;
        if (c == '\n') {
            g.last_line = g.end + 1;
            g.first_line = g.lines++ ? g.first_line : g.last_line;
        } else if (g.end + k < text.n && (text.p[g.end + k] & 0x80)) {
            code_point_at(text, g.end + k, &next);
            if (!uc_is_grapheme_break(c, next))
                break;
        }
    }
    return g;
}

enum sentence_sign sentence_sign(uint32_t c)
{
    switch (c) {
    case '.':
    case '!':
    case '?':
    case 0x2026: /* … */
    case 0x061f: /* ؟ */
    case 0x06d4: /* ۔ */
    case 0x0964: /* । */
        return SENTENCE_END;
    case 0x3002: /* 。 */
    case 0xff01: /* ！ */
    case 0xff1f: /* ？ */
    case 0xff61: /* ｡ */
        return SENTENCE_END_CLOSE;
    case '"':
    case '\'':
    case ')':
    case ']':
    case '*':
    case '_':
    case 0xbb:   /* » */
    case 0x2019: /* ’ */
    case 0x201d: /* ” */
    case 0x300d: /* 」 */
    case 0x300f: /* 』 */
    case 0xff09: /* ） */
        return SENTENCE_AFTER;
    default:
        return SENTENCE_NOTHING;
    }
}

void cluster_breaks(char *breaks, struct span text)
{
    unsigned char bits = 0;
    for (size_t i = 0; i < text.n; i++)
        bits |= (unsigned char)text.p[i];
    if (bits & 0x80)
        u8_grapheme_breaks((const uint8_t *)text.p, text.n, breaks);
    else
        memset(breaks, 1, text.n); /* wrong only in "\r\n", which is white space anyway */
}

size_t line_break(struct span text, const char *breaks, size_t to)
{
    if (!to || text_chars(text.p, text.n) == text.n)
        return 0;
    char *allowed = xmalloc(text.n);
    u8_possible_linebreaks((const uint8_t *)text.p, text.n, "UTF-8", allowed);
    size_t j = to < text.n ? to : text.n - 1;
    while (j && !(allowed[j] == UC_BREAK_POSSIBLE && breaks[j] && ((text.p[j] | text.p[j - 1]) & 0x80)))
        j--;
    free(allowed);
    return j;
}
