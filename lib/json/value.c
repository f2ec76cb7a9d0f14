/* SPDX-License-Identifier: MIT */
/* JSON text as spans: kinds of values, strings and white space. */
#include "base/text.h"
#include "json/internal.h"
#include "json/json.h"

static char first(struct span v)
{
    return v.p && v.n ? *v.p : '\0';
}

bool json_is_object(struct span v)
{
    return first(v) == '{';
}

bool json_is_array(struct span v)
{
    return first(v) == '[';
}

bool json_is_string(struct span v)
{
    return first(v) == '"';
}

bool json_is_number(struct span v)
{
    return first(v) == '-' || (first(v) >= '0' && first(v) <= '9');
}

bool json_is_integer(struct span v)
{
    return json_is_number(v) && !memchr(v.p, '.', v.n) && !memchr(v.p, 'e', v.n) && !memchr(v.p, 'E', v.n);
}

bool json_is_true(struct span v)
{
    return first(v) == 't';
}

bool json_is_bool(struct span v)
{
    return first(v) == 't' || first(v) == 'f';
}

bool json_is_null(struct span v)
{
    return first(v) == 'n';
}

bool json_has_text(struct span v)
{
    return v.n > 2 && json_is_string(v);
}

bool json_is_absent(struct span v)
{
    return !v.p || json_is_null(v);
}

bool json_is_empty(struct span v)
{
    return json_is_absent(v) || (json_is_string(v) && v.n == 2);
}

static uint32_t hex_value(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 4 | (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    return v;
}

/* At "\u": appends the code point (a surrogate pair is one) and returns the place after it. */
static const char *decode_u(struct buf *out, const char *p, const char *end)
{
    uint32_t c = hex_value(p + 2);
    p += 6;
    if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        uint32_t low = hex_value(p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            text_encode(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return p + 6;
        }
    }
    text_encode(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return p;
}

void json_decode(struct buf *out, struct span v)
{
    const char *p = v.p + 1, *end = v.p + v.n - 1;
    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        const char *stop = slash ? slash : end;
        buf_add(out, p, (size_t)(stop - p));
        p = stop;
        if (!slash)
            break;
        if (p[1] == 'u') {
            p = decode_u(out, p, end);
            continue;
        }
        static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
        const char *at = strchr(from, p[1]);
        buf_ch(out, at ? to[at - from] : p[1]);
        p += 2;
    }
}

struct span json_text(struct arena *a, struct span v)
{
    if (!json_is_string(v))
        return (struct span){NULL, 0};
    if (!memchr(v.p, '\\', v.n))
        return (struct span){v.p + 1, v.n - 2};
    struct buf text = {arena_alloc(a, v.n), 0, v.n}; /* decoded text is never longer */
    json_decode(&text, v);
    return buf_as_span(&text);
}

static bool decodes_to(struct span v, const char *text, size_t n)
{
    struct buf b = {0};
    json_decode(&b, v);
    bool same = b.len == n && memcmp(b.p ? b.p : "", text, n) == 0;
    buf_free(&b);
    return same;
}

bool json_is_text(struct span v, const char *text)
{
    const char *p = v.p + 1, *end = v.p + v.n - 1, *t = text;
    for (; p < end && *p == *t && *p != '\\'; p++)
        t++;
    if (p == end)
        return !*t;
    return *p == '\\' && decodes_to(v, text, strlen(text));
}

void json_quote(struct buf *out, const char *p, size_t n)
{
    const char *end = n ? p + n : p, *q = json_skip_plain(p, end);
    buf_room(out, n + 2); /* enough if nothing needs to be escaped */
    buf_ch(out, '"');
    for (;; q = json_skip_plain(p, end)) {
        buf_add(out, p, (size_t)(q - p));
        p = q;
        if (p == end)
            break;
        unsigned char c = (unsigned char)*p;
        static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
        const char *at = c ? strchr(from, c) : NULL;
        uint32_t cp;
        size_t k = text_decode(p, (size_t)(end - p), &cp);
        if (at) {
            buf_ch(out, '\\');
            buf_ch(out, to[at - from]);
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", (unsigned)c);
        } else if (k) {
            buf_add(out, p, k);
        } else {
            buf_str(out, "\xef\xbf\xbd");
        }
        p += k ? k : 1;
    }
    buf_ch(out, '"');
}

void json_quote_str(struct buf *out, const char *s)
{
    json_quote(out, s, strlen(s));
}

void json_compact(struct buf *out, struct span v)
{
    const char *p = v.p, *end = v.p + v.n;
    while ((p = json_skip_blanks(p, end)) < end) {
        const char *from = p;
        if (*p == '"')
            p = json_skip_string(p, end);
        else
            while (p < end && !strchr("\" \t\n\r", *p))
                p++;
        buf_add(out, from, (size_t)(p - from));
    }
}
