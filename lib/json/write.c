/* SPDX-License-Identifier: MIT */
/* Writing JSON. */
#include <string.h>

#include "json/internal.h"
#include "json/json.h"
#include "json/write.h"

/* Whether the buffer ends with a value, so that a comma goes before the next one. */
static bool needs_comma(const struct buf *out)
{
    char last = out->len ? out->p[out->len - 1] : '{';
    return last != '{' && last != '[' && last != ':' && last != ' ' && last != '\n' && last != '\t';
}

static void separate(struct buf *out)
{
    if (needs_comma(out))
        buf_ch(out, ',');
}

void json_begin(struct buf *out, char bracket)
{
    separate(out);
    buf_ch(out, bracket);
}

void json_end(struct buf *out, char bracket)
{
    buf_ch(out, bracket);
}

void json_key(struct buf *out, const char *name)
{
    size_t n = strlen(name);
    if (json_skip_plain(name, name + n) < name + n) {
        separate(out);
        json_quote(out, name, n);
        buf_ch(out, ':');
        return;
    }
    char *p = buf_room(out, n + 4), *start = p;
    if (needs_comma(out))
        *p++ = ',';
    *p++ = '"';
    memcpy(p, name, n);
    p += n;
    *p++ = '"';
    *p++ = ':';
    out->len += (size_t)(p - start);
}

void json_put(struct buf *out, struct span json)
{
    separate(out);
    buf_span(out, json);
}

void json_put_text(struct buf *out, struct span text)
{
    separate(out);
    json_quote(out, text.p, text.n);
}

void json_put_str(struct buf *out, const char *text)
{
    json_put_text(out, span_of(text));
}

void json_put_int(struct buf *out, int64_t n)
{
    separate(out);
    buf_printf(out, "%lld", (long long)n);
}

void json_add(struct buf *out, const char *name, struct span json)
{
    if (!json.p)
        return;
    json_key(out, name);
    buf_span(out, json);
}

void json_add_text(struct buf *out, const char *name, struct span text)
{
    json_key(out, name);
    json_quote(out, text.p, text.n);
}

void json_add_str(struct buf *out, const char *name, const char *text)
{
    json_add_text(out, name, span_of(text));
}

void json_add_int(struct buf *out, const char *name, int64_t n)
{
    json_key(out, name);
    json_put_int(out, n);
}

void json_add_bool(struct buf *out, const char *name, bool yes)
{
    json_add(out, name, span_of(yes ? "true" : "false"));
}
