/* SPDX-License-Identifier: MIT */
/* JSON text as spans: the strict scanner. */
#include "base/text.h"
#include "json/internal.h"
#include "json/json.h"

/* The scanner does not recurse; one bit per level says whether that level is an object. */
struct scan {
    const char *start, *p, *end;
    struct json_members *top; /* where the outermost members go; NULL: not wanted */
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
        s->p = json_skip_plain(s->p, s->end);
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
    s->p = json_skip_blanks(s->p, s->end);
    if (s->p == s->end || *s->p != ':')
        return fail(s, "no ':' after a member name");
    s->p = json_skip_blanks(s->p + 1, s->end);
    if (s->depth == 1)
        s->value = s->p;
    return true;
}

/* At '{' or '['. Sets *closed if the object or array is empty. */
static bool scan_open(struct scan *s, bool *closed)
{
    bool object = *s->p == '{';
    if (s->depth == JSON_DEPTH)
        return fail(s, "nested too deeply");
    uint64_t bit = (uint64_t)1 << s->depth % 64;
    s->object[s->depth / 64] = object ? s->object[s->depth / 64] | bit : s->object[s->depth / 64] & ~bit;
    s->depth++;
    s->p = json_skip_blanks(s->p + 1, s->end);
    *closed = s->p < s->end && *s->p == (object ? '}' : ']');
    if (*closed) {
        s->p++;
        s->depth--;
        return true;
    }
    return !object || scan_key(s);
}

/* After a value: goes on to the next one, or closes the levels that end here. *more is false after the
 * outermost value. */
static bool scan_after(struct scan *s, bool *more)
{
    for (;;) {
        if (s->depth == 1 && s->top && in_object(s))
            json_add_member(s->top, s->key, (struct span){s->value, (size_t)(s->p - s->value)});
        s->p = json_skip_blanks(s->p, s->end);
        if (!s->depth) {
            *more = false;
            return s->p == s->end || fail(s, "text after the value");
        }
        bool object = in_object(s);
        if (s->p == s->end)
            return fail(s, object ? "object without an end" : "array without an end");
        if (*s->p == ',') {
            s->p = json_skip_blanks(s->p + 1, s->end);
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
    s->p = json_skip_blanks(s->p, s->end);
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
    const char *first = json_skip_blanks(p, s.end);
    if (!scan_text(&s))
        return false;
    if (*first != '{') {
        *e = (struct json_error){"not an object", (size_t)(first - p)};
        return false;
    }
    return true;
}
