/* SPDX-License-Identifier: MIT */
/* Names of files. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "media/name.h"
#include "media/type.h"

enum { END_MOST = 16 }; /* longest end of a name that is kept when the name is cut, in bytes */

static struct span last_part(struct span name)
{
    size_t from = name.n;
    while (from && name.p[from - 1] != '/' && name.p[from - 1] != '\\')
        from--;
    return (struct span){name.p + from, name.n - from};
}

/* Where the end (".png") of a name begins; its length if it has none. */
static size_t end_of(struct span name)
{
    size_t at = name.n;
    while (at > 1 && name.n - at < END_MOST && name.p[at - 1] != '.')
        at--;
    return at > 1 && name.p[at - 1] == '.' && at < name.n ? at - 1 : name.n;
}

/* Cuts a name to that many bytes, at a character, keeping its end. */
static void cut(struct buf *name, size_t from, size_t most)
{
    struct span all = {name->p + from, name->len - from};
    if (all.n <= most)
        return;
    size_t end = end_of(all), stem = most - (all.n - end);
    while (stem && ((unsigned char)all.p[stem] & 0xc0) == 0x80)
        stem--;
    memmove(name->p + from + stem, all.p + end, all.n - end);
    name->len = from + stem + all.n - end;
}

/* Whether a character may stand in a name; those that text_escape() would escape may not. */
static bool may_stand(const char *p, size_t n)
{
    struct buf eyes = {0};
    if (n == 1)
        return (unsigned char)*p > 0x20 && *p != 0x7f && !strchr("\"'`$&*?<>|;:!#~{}[]()^\\/", *p);
    text_escape(&eyes, p, n);
    bool same = eyes.len == n && memcmp(eyes.p, p, n) == 0;
    buf_free(&eyes);
    return same;
}

void name_safe(struct buf *out, struct span name, struct span type)
{
    size_t from = out->len;
    struct span part = last_part(text_trim(name));
    for (size_t i = 0, k; i < part.n; i += k ? k : 1) {
        uint32_t c;
        k = text_decode(part.p + i, part.n - i, &c);
        bool first = out->len == from;
        if (k && may_stand(part.p + i, k) && !(first && (c == '.' || c == '-')))
            buf_add(out, part.p + i, k);
        else if (k == 1 && !first && out->p[out->len - 1] != '_' && (c > 0x20 || c == ' '))
            buf_ch(out, '_');
    }
    while (out->len > from && strchr("._", out->p[out->len - 1]))
        out->len--;
    if (out->len == from)
        buf_str(out, "media");
    cut(out, from, NAME_MOST);
    struct span made = {out->p + from, out->len - from};
    if (end_of(made) == made.n)
        buf_str(out, type_suffix(type));
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static void decode_percent(struct buf *out, struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool code = s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
        buf_ch(out, code ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i]);
        i += code ? 2 : 0;
    }
}

/* The next parameter of a header's value, "; NAME=VALUE" or "; NAME="VALUE"", into *name, and its value,
 * without quotes, into *value. */
static bool next_parameter(struct span *rest, struct span *name, struct buf *value)
{
    const char *p = rest->p, *end = rest->p + rest->n;
    while (p < end && *p != ';')
        p++;
    while (p < end && (*p == ';' || *p == ' ' || *p == '\t'))
        p++;
    *name = (struct span){p, 0};
    while (p < end && *p != '=' && *p != ';')
        p++, name->n++;
    *name = text_trim(*name);
    value->len = 0;
    bool quoted = p + 1 < end && *p == '=' && p[1] == '"';
    for (p += quoted ? 2 : p < end && *p == '='; p < end && *p != (quoted ? '"' : ';'); p++) {
        if (quoted && *p == '\\' && p + 1 < end)
            p++;
        buf_ch(value, *p);
    }
    *rest = (struct span){p, (size_t)(end - p)};
    return name->n > 0;
}

bool name_of_disposition(struct buf *out, struct span header)
{
    struct span rest = header, name;
    struct buf value = {0}, plain = {0}, best = {0};
    while (next_parameter(&rest, &name, &value)) {
        struct span v = text_trim(buf_as_span(&value));
        if (name.n == 8 && strncasecmp(name.p, "filename", 8) == 0 && !plain.len)
            buf_span(&plain, v);
        if (name.n == 9 && strncasecmp(name.p, "filename*", 9) == 0 && v.n > 7 &&
            strncasecmp(v.p, "UTF-8'", 6) == 0) {
            const char *mark = memchr(v.p + 6, '\'', v.n - 6);
            best.len = 0;
            if (mark)
                decode_percent(&best, (struct span){mark + 1, (size_t)(v.p + v.n - mark - 1)});
        }
    }
    struct buf *found = best.len ? &best : &plain;
    bool any = found->len > 0;
    buf_span(out, buf_as_span(found));
    buf_free(&value);
    buf_free(&plain);
    buf_free(&best);
    return any;
}

bool name_of_url(struct buf *out, struct span url)
{
    size_t n = 0, before = out->len;
    while (n < url.n && url.p[n] != '?' && url.p[n] != '#')
        n++;
    size_t from = n, host = 0;
    while (host + 2 < n && memcmp(url.p + host, "://", 3) != 0)
        host++;
    while (from > host + 3 && url.p[from - 1] != '/')
        from--;
    if (from > host + 3)
        decode_percent(out, (struct span){url.p + from, n - from});
    return out->len > before;
}

/* The characters of one code point as they stand in a header. */
static int as_header(char *to, size_t size, const char *p, size_t n)
{
    int len = 0;
    for (size_t i = 0; i < n; i++) {
        bool plain = p[i] >= 0x20 && p[i] <= 0x7e && p[i] != '%';
        len += snprintf(to + len, size - (size_t)len, plain ? "%c" : "%%%02X", (unsigned char)p[i]);
    }
    return len;
}

static void add_header(struct buf *out, struct span s, size_t most)
{
    char c[16];
    size_t from = out->len;
    for (size_t i = 0, k; i < s.n; i += k) {
        uint32_t cp;
        k = text_decode(s.p + i, s.n - i, &cp);
        k = k ? k : 1;
        int n = as_header(c, sizeof c, s.p + i, k);
        if (out->len - from + (size_t)n > most)
            return;
        buf_add(out, c, (size_t)n);
    }
}

void name_header(struct buf *out, struct span name)
{
    struct span part = last_part(name);
    size_t end = end_of(part);
    struct buf tail = {0};
    add_header(&tail, (struct span){part.p + end, part.n - end}, NAME_HEADER / 2);
    add_header(out, (struct span){part.p, end}, NAME_HEADER - tail.len);
    buf_span(out, buf_as_span(&tail));
    buf_free(&tail);
}
