/* SPDX-License-Identifier: MIT */
/* JSON text by spans. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

/* The scanner walks without recursion; one bit a level says whether it is an object. */
struct scan {
    const char *start, *p, *end;
    struct json_members *top; /* where the outermost members go; NULL: nobody asks */
    struct span key;
    const char *value;
    unsigned depth;
    uint64_t object[JSON_DEPTH / 64];
    struct json_error *error;
};

static bool fail(struct scan *s, const char *reason)
{
    *s->error = (struct json_error){reason, (size_t)(s->p - s->start)};
    return false;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* 1 for the bytes that stand for themselves in a string: printable ASCII but '"' and '\'. */
static const unsigned char plain[256] = {
    ['"'] = 0,
#define P4(c) [c] = 1, [(c) + 1] = 1, [(c) + 2] = 1, [(c) + 3] = 1
    [' '] = 1, ['!'] = 1, ['#'] = 1, P4('$'),   P4('('),   P4(','),   P4('0'),   P4('4'),
    P4('8'),   P4('<'),   P4('@'),   P4('D'),   P4('H'),   P4('L'),   P4('P'),   P4('T'),
    ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['['] = 1, [']'] = 1, ['^'] = 1, ['_'] = 1, P4('`'),
    P4('d'),   P4('h'),   P4('l'),   P4('p'),   P4('t'),   P4('x'),   P4('|'),
#undef P4
};

/* Eight bytes at a time while none of them is special: a control, '"', '\' or not ASCII. */
static const char *skip_plain(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
    while (end - p >= 8) {
        uint64_t x;
        memcpy(&x, p, 8);
        uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';
        uint64_t special = x | (x - ones * 0x20) | (quote - ones) | (slash - ones);
        if (special & high)
            break;
        p += 8;
    }
    while (p < end && plain[(unsigned char)*p])
        p++;
    return p;
}

static bool hex4(const char *p)
{
    for (int i = 0; i < 4; i++)
        if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f') || (p[i] >= 'A' && p[i] <= 'F')))
            return false;
    return true;
}

static bool scan_escape(struct scan *s)
{
    if (s->end - s->p < 2)
        return fail(s, "string without an end");
    if (s->p[1] == 'u') {
        if (s->end - s->p < 6 || !hex4(s->p + 2))
            return fail(s, "bad \\u escape");
        s->p += 6;
        return true;
    }
    if (!s->p[1] || !strchr("\"\\/bfnrt", s->p[1]))
        return fail(s, "bad escape");
    s->p += 2;
    return true;
}

/* At the opening quote. */
static bool scan_string(struct scan *s)
{
    s->p++;
    for (;;) {
        s->p = skip_plain(s->p, s->end);
        if (s->p == s->end)
            return fail(s, "string without an end");
        unsigned char c = (unsigned char)*s->p;
        uint32_t cp;
        size_t k;
        if (c == '"') {
            s->p++;
            return true;
        } else if (c == '\\') {
            if (!scan_escape(s))
                return false;
        } else if (c < 0x20) {
            return fail(s, "control character in a string");
        } else if ((k = text_decode(s->p, (size_t)(s->end - s->p), &cp))) {
            s->p += k;
        } else {
            return fail(s, "not UTF-8");
        }
    }
}

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static bool scan_number(struct scan *s)
{
    const char *p = s->p + (*s->p == '-'), *from = p;
    p = skip_digits(p, s->end);
    if (p == from || (*from == '0' && p - from > 1))
        return fail(s, "bad number");
    if (p < s->end && *p == '.') {
        from = ++p;
        p = skip_digits(p, s->end);
        if (p == from)
            return fail(s, "bad number");
    }
    if (p < s->end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < s->end && (*p == '+' || *p == '-');
        from = p;
        p = skip_digits(p, s->end);
        if (p == from)
            return fail(s, "bad number");
    }
    s->p = p;
    return true;
}

static bool scan_word(struct scan *s, const char *word, size_t n)
{
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return fail(s, "unknown word");
    s->p += n;
    return true;
}

static bool scan_scalar(struct scan *s)
{
    switch (*s->p) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true", 4);
    case 'f':
        return scan_word(s, "false", 5);
    case 'n':
        return scan_word(s, "null", 4);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return scan_number(s);
    default:
        return fail(s, "no JSON value");
    }
}

static void add_member(struct json_members *o, struct span key, struct span value)
{
    if (o->n == o->cap) {
        o->cap = o->cap ? o->cap * 2 : 16;
        o->m = xrealloc(o->m, o->cap * sizeof *o->m);
    }
    o->m[o->n++] = (struct json_member){key, value};
}

static bool in_object(const struct scan *s)
{
    return s->object[(s->depth - 1) / 64] >> (s->depth - 1) % 64 & 1;
}

/* At a member's name: reads it and its colon, up to its value. */
static bool scan_key(struct scan *s)
{
    if (s->p == s->end || *s->p != '"')
        return fail(s, "no member name");
    const char *from = s->p;
    if (!scan_string(s))
        return false;
    if (s->depth == 1)
        s->key = (struct span){from, (size_t)(s->p - from)};
    s->p = skip_blanks(s->p, s->end);
    if (s->p == s->end || *s->p != ':')
        return fail(s, "no ':' after a member name");
    s->p = skip_blanks(s->p + 1, s->end);
    if (s->depth == 1)
        s->value = s->p;
    return true;
}

/* At '{' or '['. Sets *closed when it is empty. */
static bool scan_open(struct scan *s, bool *closed)
{
    bool object = *s->p == '{';
    if (s->depth == JSON_DEPTH)
        return fail(s, "nested too deeply");
    uint64_t bit = (uint64_t)1 << s->depth % 64;
    s->object[s->depth / 64] = object ? s->object[s->depth / 64] | bit : s->object[s->depth / 64] & ~bit;
    s->depth++;
    s->p = skip_blanks(s->p + 1, s->end);
    *closed = s->p < s->end && *s->p == (object ? '}' : ']');
    if (*closed) {
        s->p++;
        s->depth--;
        return true;
    }
    return !object || scan_key(s);
}

/* After a value: goes on to the next one, or closes what ends here. *more is false after the outermost value.
 */
static bool scan_after(struct scan *s, bool *more)
{
    for (;;) {
        if (s->depth == 1 && s->top && in_object(s))
            add_member(s->top, s->key, (struct span){s->value, (size_t)(s->p - s->value)});
        s->p = skip_blanks(s->p, s->end);
        if (!s->depth) {
            *more = false;
            return s->p == s->end || fail(s, "text after the value");
        }
        bool object = in_object(s);
        if (s->p == s->end)
            return fail(s, object ? "object without an end" : "array without an end");
        if (*s->p == ',') {
            s->p = skip_blanks(s->p + 1, s->end);
            *more = true;
            return !object || scan_key(s);
        }
        if (*s->p != (object ? '}' : ']'))
            return fail(s, object ? "no ',' or '}' after a member" : "no ',' or ']' after an element");
        s->p++;
        s->depth--;
    }
}

static bool scan_text(struct scan *s)
{
    s->p = skip_blanks(s->p, s->end);
    for (bool more = true; more;) {
        bool value = true;
        if (s->p == s->end)
            return fail(s, "no JSON value");
        if (*s->p == '{' || *s->p == '[') {
            if (!scan_open(s, &value))
                return false;
        } else if (!scan_scalar(s)) {
            return false;
        }
        if (value && !scan_after(s, &more))
            return false;
    }
    return true;
}

bool json_valid(const char *p, size_t n, struct json_error *e)
{
    struct scan s = {.start = p, .p = p, .end = p + n, .error = e};
    return scan_text(&s);
}

bool json_scan(struct json_members *o, const char *p, size_t n, struct json_error *e)
{
    struct scan s = {.start = p, .p = p, .end = p + n, .top = o, .error = e};
    o->n = 0;
    const char *first = skip_blanks(p, s.end);
    if (!scan_text(&s))
        return false;
    if (*first != '{') {
        *e = (struct json_error){"not an object", (size_t)(first - p)};
        return false;
    }
    return true;
}

void json_members_free(struct json_members *o)
{
    free(o->m);
    *o = (struct json_members){0};
}

/* At the opening quote of a valid string; eight bytes at a time while there is neither '"' nor '\\'. */
static const char *skip_string(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
    p++;
    for (;;) {
        while (end - p >= 8) {
            uint64_t x;
            memcpy(&x, p, 8);
            uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\';
            if (((quote - ones) & ~quote & high) | ((slash - ones) & ~slash & high))
                break;
            p += 8;
        }
        while (*p != '"' && *p != '\\')
            p++;
        if (*p == '"')
            return p + 1;
        p += 2;
    }
}

static const char *skip_value(const char *p, const char *end)
{
    if (*p == '"')
        return skip_string(p, end);
    if (*p != '{' && *p != '[') {
        while (p < end && !strchr(",]} \t\n\r", *p))
            p++;
        return p;
    }
    unsigned depth = 0;
    do {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
    } while (depth);
    return p;
}

bool json_next(struct json_iter *it, struct span *key, struct span *value)
{
    if (!it->rest.p)
        return false;
    const char *p = it->rest.p, *end = p + it->rest.n;
    if (!it->begun) {
        p = skip_blanks(p, end);
        if (p == end || (*p != '{' && *p != '['))
            return false;
        it->begun = true;
        p++;
    }
    p = skip_blanks(p, end);
    if (p < end && *p == ',')
        p = skip_blanks(p + 1, end);
    if (p == end || *p == '}' || *p == ']')
        return false;
    const char *from = p;
    struct span k = {NULL, 0};
    p = skip_value(p, end);
    const char *colon = skip_blanks(p, end);
    if (colon < end && *colon == ':') {
        k = (struct span){from, (size_t)(p - from)};
        from = skip_blanks(colon + 1, end);
        p = skip_value(from, end);
    }
    if (key)
        *key = k;
    *value = (struct span){from, (size_t)(p - from)};
    it->rest = (struct span){p, (size_t)(end - p)};
    return true;
}

void json_list(struct json_members *o, struct span object)
{
    struct json_iter it = {object, false};
    struct span key, value;
    o->n = 0;
    while (json_next(&it, &key, &value) && key.p)
        add_member(o, key, value);
}

/* json_eq() for a member's name; most are told apart by their first byte. */
static inline bool is_name(struct span key, const char *name)
{
    return (key.p[1] == *name || key.p[1] == '\\' || !*name) && json_eq(key, name);
}

struct span json_get(const struct json_members *o, const char *name)
{
    for (size_t i = o->n; i--;)
        if (is_name(o->m[i].key, name))
            return o->m[i].value;
    return (struct span){NULL, 0};
}

struct span json_find(struct span object, const char *name)
{
    struct span key, value, found = {NULL, 0};
    struct json_iter it = {object, false};
    if (!json_is_object(object))
        return found;
    while (json_next(&it, &key, &value))
        if (is_name(key, name))
            found = value;
    return found;
}

static void pick(struct span key, struct span value, const char *const *wanted, struct span *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_name(key, wanted[i])) {
            values[i] = value;
            return;
        }
}

void json_pick(struct span object, const char *const *wanted, struct span *values, size_t n)
{
    struct span key, value;
    struct json_iter it = {object, false};
    for (size_t i = 0; i < n; i++)
        values[i] = (struct span){NULL, 0};
    while (json_next(&it, &key, &value) && key.p)
        pick(key, value, wanted, values, n);
}

void json_pick_members(const struct json_members *o, const char *const *wanted, struct span *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (struct span){NULL, 0};
    for (size_t m = 0; m < o->n; m++)
        pick(o->m[m].key, o->m[m].value, wanted, values, n);
}

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

static uint32_t hex_value(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 4 | (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    return v;
}

/* At "\u": appends the code point, of a surrogate pair as one, and returns what follows. */
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

static bool decodes_to(struct span v, const char *text, size_t n)
{
    struct buf b = {0};
    json_decode(&b, v);
    bool same = b.len == n && memcmp(b.p ? b.p : "", text, n) == 0;
    buf_free(&b);
    return same;
}

bool json_eq(struct span v, const char *text)
{
    if (!json_is_string(v))
        return false;
    size_t n = strlen(text);
    if (v.n == n + 2)
        return memcmp(v.p + 1, text, n) == 0 && !memchr(text, '\\', n);
    return v.n > n + 2 && memchr(v.p, '\\', v.n) && decodes_to(v, text, n);
}

void json_quote(struct buf *out, const char *p, size_t n)
{
    const char *end = p + n;
    buf_ch(out, '"');
    while (p < end) {
        const char *q = skip_plain(p, end);
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
    while ((p = skip_blanks(p, end)) < end) {
        const char *from = p;
        if (*p == '"')
            p = skip_string(p, end);
        else
            while (p < end && !strchr("\" \t\n\r", *p))
                p++;
        buf_add(out, from, (size_t)(p - from));
    }
}

/* The edit that concerns a member, or n. */
static size_t edit_of(const struct json_edit *edits, size_t n, struct span key)
{
    size_t i = 0;
    while (i < n && !is_name(key, edits[i].name))
        i++;
    return i;
}

/* Whether a member of the same name comes after the i-th: the last one stays. */
static bool comes_again(const struct json_members *o, size_t i, const char *name)
{
    while (++i < o->n)
        if (is_name(o->m[i].key, name))
            return true;
    return false;
}

static void append_members(struct buf *out, const struct json_edit *edits, const bool *found, size_t n,
                           bool any)
{
    for (size_t i = 0; i < n; i++) {
        if (found[i] || !edits[i].value.p)
            continue;
        if (any)
            buf_ch(out, ',');
        any = true;
        json_quote_str(out, edits[i].name);
        buf_ch(out, ':');
        buf_span(out, edits[i].value);
    }
}

void json_edit_members(struct buf *out, struct span object, const struct json_members *o,
                       const struct json_edit *edits, size_t n)
{
    const char *open = skip_blanks(object.p, object.p + object.n), *done = open + 1;
    bool found[32] = {false}, any = false;
    buf_add(out, object.p, (size_t)(done - object.p));
    for (size_t m = 0; m < o->n; m++) {
        struct span key = o->m[m].key, value = o->m[m].value;
        size_t i = edit_of(edits, n, key);
        bool drop = i < n && (!edits[i].value.p || comes_again(o, m, edits[i].name));
        if (!drop) {
            /* from the end of the last member on: its comma and blanks belong to this one */
            const char *from = any || done == open + 1 ? done : key.p;
            buf_add(out, from, (size_t)((i < n ? value.p : value.p + value.n) - from));
            if (i < n) {
                buf_span(out, edits[i].value);
                found[i] = true;
            }
            any = true;
        }
        done = value.p + value.n;
    }
    append_members(out, edits, found, n, any);
    buf_add(out, done, (size_t)(object.p + object.n - done));
}

void json_edit(struct buf *out, struct span object, const struct json_edit *edits, size_t n)
{
    struct json_members o = {0};
    json_list(&o, object);
    json_edit_members(out, object, &o, edits, n);
    json_members_free(&o);
}
