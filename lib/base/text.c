/* SPDX-License-Identifier: MIT */
/* UTF-8 text. */
#include "base/text.h"
#include "base/buf.h"

size_t text_decode(const char *s, size_t n, uint32_t *cp)
{
    const unsigned char *p = (const unsigned char *)s;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    size_t len = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (!len || n < len)
        return 0;
    uint32_t c = p[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fU);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *cp = c;
    return len;
}

void text_encode(struct buf *out, uint32_t cp)
{
    if (cp < 0x80) {
        buf_ch(out, (char)cp);
    } else if (cp < 0x800) {
        buf_ch(out, (char)(0xc0 | cp >> 6));
        buf_ch(out, (char)(0x80 | (cp & 0x3f)));
    } else if (cp < 0x10000) {
        buf_ch(out, (char)(0xe0 | cp >> 12));
        buf_ch(out, (char)(0x80 | (cp >> 6 & 0x3f)));
        buf_ch(out, (char)(0x80 | (cp & 0x3f)));
    } else {
        buf_ch(out, (char)(0xf0 | cp >> 18));
        buf_ch(out, (char)(0x80 | (cp >> 12 & 0x3f)));
        buf_ch(out, (char)(0x80 | (cp >> 6 & 0x3f)));
        buf_ch(out, (char)(0x80 | (cp & 0x3f)));
    }
}

bool text_valid(const char *p, size_t n)
{
    uint32_t cp;
    size_t i = 0, k = 1;
    for (; i < n && k; i += k)
        k = text_decode(p + i, n - i, &cp);
    return i == n && k;
}

size_t text_chars(const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xc0) != 0x80;
    return count;
}

size_t text_utf16(const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] >= 0xf0 ? 2U : ((unsigned char)p[i] & 0xc0) != 0x80);
    return count;
}

/* Characters that move the cursor, break a line, turn the writing direction or are invisible (Unicode's
 * Default_Ignorable_Code_Point: zero-width ones, tags, variation selectors), in code point order. */
static bool unsafe(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},      {0x34f, 0x34f},
                  {0x61c, 0x61c},     {0x115f, 0x1160},   {0x17b4, 0x17b5},  {0x180b, 0x180f},
                  {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},  {0x3164, 0x3164},
                  {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},  {0xfff0, 0xfffb},
                  {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
    size_t i = 0;
    while (i < sizeof ranges / sizeof *ranges && c > ranges[i].to)
        i++;
    return i < sizeof ranges / sizeof *ranges && c >= ranges[i].from;
}

/* The length of the code point at p if it may stand unescaped; otherwise 0, and *cp and *len describe it;
 * *len 0: not UTF-8. */
static size_t safe(const char *p, size_t n, uint32_t *cp, size_t *len)
{
    *len = 1;
    if (*p >= 0x20 && *p < 0x7f)
        return 1;
    *len = text_decode(p, n, cp);
    return *len && !unsafe(*cp) ? *len : 0;
}

static void add_escape(struct buf *out, unsigned char byte, uint32_t c, size_t len)
{
    if (!len || (c < 0x80 && c != '\n' && c != '\t' && c != '\r'))
        buf_printf(out, "\\x%02x", (unsigned)byte);
    else if (c < 0x80)
        buf_str(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
    else
        buf_printf(out, "\\u{%x}", (unsigned)c);
}

void text_escape(struct buf *out, const char *p, size_t n)
{
    for (size_t i = 0, len = 0; i < n; i += len) {
        uint32_t c = 0;
        size_t from = i, k;
        while (i < n && (k = safe(p + i, n - i, &c, &len)))
            i += k;
        buf_add(out, p + from, i - from);
        if (i == n)
            return;
        add_escape(out, (unsigned char)p[i], c, len);
        len = len ? len : 1;
    }
}

/* White space as Unicode defines it. */
static bool white(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

static bool blank(uint32_t c)
{
    return white(c) || c < 0x20 || (c >= 0x7f && c < 0xa0);
}

struct span text_trim(struct span s)
{
    uint32_t c;
    for (size_t k; s.n && (k = text_decode(s.p, s.n, &c)) && white(c); s.p += k, s.n -= k)
        ;
    while (s.n) {
        size_t k = 1;
        while (k < s.n && k < 4 && ((unsigned char)s.p[s.n - k] & 0xc0) == 0x80)
            k++;
        if (text_decode(s.p + s.n - k, k, &c) != k || !white(c))
            break;
        s.n -= k;
    }
    return s;
}

void text_lower(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + ('a' - 'A'));
}

void text_flatten(struct buf *out, const char *p, size_t n)
{
    size_t start = out->len;
    bool gap = false;
    for (size_t i = 0, k; i < n; i += k) {
        uint32_t c = 0;
        k = text_decode(p + i, n - i, &c);
        if (!k || blank(c)) {
            gap = true;
            k = k ? k : 1;
            continue;
        }
        if (gap && out->len > start)
            buf_ch(out, ' ');
        gap = false;
        buf_add(out, p + i, k);
    }
}
