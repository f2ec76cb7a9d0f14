/* SPDX-License-Identifier: MIT */
/* Texts of an agent as pieces of a chat message. */
#include <string.h>

#include "acp/words.h"
#include "base/text.h"

/* The length in bytes of the first max code points of valid UTF-8. */
static size_t prefix(struct span text, size_t max)
{
    size_t n = 0;
    for (; n < text.n && max; max--) {
        n++;
        while (n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
            n++;
    }
    return n;
}

void words_cut(struct buf *out, struct span text, size_t max)
{
    size_t n = prefix(text, max);
    buf_add(out, text.p, n);
    if (n < text.n)
        buf_str(out, "…");
}

void words_line(struct buf *out, struct span v, size_t max)
{
    struct buf text = {0}, flat = {0};
    if (!json_is_string(v))
        return;
    json_decode(&text, v);
    text_flatten(&flat, text.p, text.len);
    words_cut(out, buf_as_span(&flat), max);
    buf_free(&text);
    buf_free(&flat);
}

/* The longest run of '`' in the text. */
static size_t ticks(struct span text)
{
    size_t most = 0, run = 0;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most;
}

/* Appends the text without control characters but line ends and tabs. */
static void add_clean(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= ' ' ? c != 0x7F : c == '\n' || c == '\t')
            buf_ch(out, (char)c);
    }
}

/* The text up to the end of line number `lines`. */
static struct span first_lines(struct span text, size_t lines)
{
    const char *p = text.p, *end = text.p + text.n;
    for (; p < end && lines; lines--) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        p = nl ? nl + 1 : end;
    }
    return (struct span){text.p, (size_t)(p - text.p)};
}

/* Without line ends at its start and white space at its end. */
static struct span trimmed(struct span text)
{
    while (text.n && *text.p == '\n') {
        text.p++;
        text.n--;
    }
    struct span whole = text_trim(text);
    return (struct span){text.p, whole.n ? (size_t)(whole.p + whole.n - text.p) : 0};
}

static void add_ticks(struct buf *out, size_t n)
{
    while (n--)
        buf_ch(out, '`');
}

void words_fence(struct buf *out, struct span v, const char *language, size_t lines, size_t max)
{
    struct buf text = {0}, clean = {0};
    if (!json_is_string(v))
        return;
    json_decode(&text, v);
    add_clean(&clean, buf_as_span(&text));
    struct span all = trimmed(buf_as_span(&clean)), part = trimmed(first_lines(all, lines));
    size_t n = ticks(part) < 3 ? 3 : ticks(part) + 1;
    if (part.n) {
        add_ticks(out, n);
        buf_printf(out, "%s\n", language);
        words_cut(out, part, max);
        if (part.n < all.n && prefix(part, max) == part.n)
            buf_str(out, "\n…");
        buf_ch(out, '\n');
        add_ticks(out, n);
    }
    buf_free(&text);
    buf_free(&clean);
}
