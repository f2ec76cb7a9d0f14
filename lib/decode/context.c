/* SPDX-License-Identifier: MIT */
/* The messages around a message, as text. */
#include "decode/context.h"
#include "relay/frame.h"
#include "base/text.h"

/* Appends the flattened text of a string or identifier. False where nothing came of it. */
static bool add_flat(struct buf *out, struct span v, struct buf *scratch)
{
    size_t from = out->len;
    scratch->len = 0;
    if (identifier_decode(scratch, v))
        text_flatten(out, scratch->p, scratch->len);
    return out->len > from;
}

static bool add_author(struct buf *out, struct span source, struct buf *scratch)
{
    static const char *const members[] = {"user_name", "user_id"};
    struct span v[2];
    json_pick(source, members, v, 2);
    return (json_is_string(v[0]) && add_flat(out, v[0], scratch)) || add_flat(out, v[1], scratch);
}

void context_lines(struct buf *out, struct span context, struct buf *scratch)
{
    static const char *const members[] = {"text", "source"};
    struct span entry, v[2];
    struct json_iter it = {context, false};
    size_t start = out->len;
    if (!json_is_array(context))
        return;
    while (json_next(&it, NULL, &entry)) {
        size_t from = out->len;
        json_pick(entry, members, v, 2);
        if (from > start)
            buf_ch(out, '\n');
        if (add_author(out, v[1], scratch))
            buf_str(out, ": ");
        if (!json_is_string(v[0]) || !add_flat(out, v[0], scratch))
            out->len = from;
    }
}
