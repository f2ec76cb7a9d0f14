/* SPDX-License-Identifier: MIT */
/* Identifiers and platform names. */
#include <string.h>

#include "base/text.h"
#include "relay/identifier.h"

bool identifier_is(struct span v)
{
    return json_is_number(v) || json_has_text(v);
}

bool identifier_decode(struct buf *out, struct span v)
{
    if (json_is_number(v)) {
        buf_span(out, v);
        return true;
    }
    if (!json_has_text(v))
        return false;
    json_decode(out, v);
    return true;
}

bool identifier_add(struct buf *out, struct span v)
{
    if (json_has_text(v)) {
        buf_span(out, v);
        return true;
    }
    if (!json_is_number(v))
        return false;
    buf_ch(out, '"');
    buf_span(out, v);
    buf_ch(out, '"');
    return true;
}

struct span identifier_text(struct buf *text, struct span v)
{
    if (json_has_text(v))
        return v;
    text->len = 0;
    return identifier_add(text, v) ? buf_as_span(text) : (struct span){NULL, 0};
}

bool platform_decode(struct buf *out, struct span v)
{
    if (!json_is_string(v))
        return false;
    size_t from = out->len;
    json_decode(out, v);
    if (out->len == from)
        return false;
    struct span name = text_trim((struct span){out->p + from, out->len - from});
    memmove(out->p + from, name.p, name.n);
    text_lower(out->p + from, name.n);
    out->len = from + name.n;
    return name.n > 0;
}
