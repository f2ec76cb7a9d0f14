/* SPDX-License-Identifier: MIT */
/* Descriptors. */
#include <string.h>

#include "relay/descriptor.h"
#include "json/json.h"
#include "base/text.h"

enum kind { INTEGER, STRING, BOOLEAN, LENGTH, OPS };

/* The members in the order they are written in; without a default a member is required. */
static const struct {
    const char *name;
    enum kind kind;
    const char *otherwise; /* JSON text */
} known[] = {
    {"contract_version", INTEGER, NULL},
    {"platform", STRING, NULL},
    {"label", STRING, NULL},
    {"max_message_length", LENGTH, NULL},
    {"supports_draft_streaming", BOOLEAN, NULL},
    {"supports_edit", BOOLEAN, NULL},
    {"supports_threads", BOOLEAN, NULL},
    {"markdown_dialect", STRING, NULL},
    {"len_unit", STRING, NULL},
    {"emoji", STRING, "\"🔌\""},
    {"platform_hint", STRING, "\"\""},
    {"pii_safe", BOOLEAN, "false"},
    {"supports_context", BOOLEAN, "false"},
    {"supports_inchannel_continuable", BOOLEAN, "false"},
    {"supports_block_formatting", BOOLEAN, "false"},
    {"supported_ops", OPS, "[]"},
};

static const char *const kind_names[] = {
    [INTEGER] = "an integer", [STRING] = "a string", [BOOLEAN] = "a boolean",
    [LENGTH] = "a number",    [OPS] = "a list",
};

static bool fits(enum kind kind, struct span v)
{
    switch (kind) {
    case INTEGER:
        return json_is_integer(v);
    case STRING:
        return json_is_string(v);
    case BOOLEAN:
        return json_is_bool(v);
    case LENGTH:
        return v.p;
    case OPS:
        return json_is_array(v);
    }
    return false;
}

/* A positive integer keeps all of its digits, as a number or in a string. */
static void add_length(struct buf *out, struct span v)
{
    struct buf text = {0};
    if (json_is_string(v))
        json_decode(&text, v);
    else if (json_is_integer(v))
        buf_span(&text, v);
    struct span digits = text_trim(buf_as_span(&text));
    if (digits.n && *digits.p == '+')
        digits = (struct span){digits.p + 1, digits.n - 1};
    size_t n = 0;
    while (n < digits.n && digits.p[n] >= '0' && digits.p[n] <= '9')
        n++;
    bool integer = n == digits.n;
    for (; digits.n && *digits.p == '0'; digits.p++)
        digits.n--;
    if (integer && digits.n)
        buf_span(out, digits);
    else
        buf_printf(out, "%d", DESCRIPTOR_MAX_LENGTH);
    buf_free(&text);
}

static void add_ops(struct buf *out, struct span list)
{
    struct json_iter it = {list, false};
    struct span op;
    buf_ch(out, '[');
    for (bool any = false; json_next(&it, NULL, &op);) {
        if (!json_is_string(op) || op.n == 2)
            continue;
        if (any)
            buf_ch(out, ',');
        any = true;
        buf_span(out, op);
    }
    buf_ch(out, ']');
}

static void add_member(struct buf *out, enum kind kind, struct span v)
{
    if (kind == LENGTH)
        add_length(out, v);
    else if (kind == OPS)
        add_ops(out, v);
    else
        buf_span(out, v);
}

enum { MEMBERS = sizeof known / sizeof *known };

bool descriptor_normalise(struct buf *out, struct span descriptor, struct buf *why)
{
    const char *names[MEMBERS];
    struct span values[MEMBERS];
    size_t from = out->len;
    if (!json_is_object(descriptor)) {
        buf_str(why, "not an object");
        return false;
    }
    for (size_t i = 0; i < MEMBERS; i++)
        names[i] = known[i].name;
    json_pick(descriptor, names, values, MEMBERS);
    for (size_t i = 0; i < MEMBERS; i++) {
        bool fit = fits(known[i].kind, values[i]);
        if (!fit && !known[i].otherwise) {
            if (values[i].p)
                buf_printf(why, "%s is not %s", known[i].name, kind_names[known[i].kind]);
            else
                buf_printf(why, "no %s", known[i].name);
            out->len = from;
            return false;
        }
        buf_printf(out, "%c\"%s\":", i ? ',' : '{', known[i].name);
        if (fit)
            add_member(out, known[i].kind, values[i]);
        else
            buf_str(out, known[i].otherwise);
    }
    buf_ch(out, '}');
    return true;
}
