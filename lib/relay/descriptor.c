/* SPDX-License-Identifier: MIT */
/* Descriptors. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "relay/descriptor.h"
#include "relay/frame.h"
#include "json/json.h"

enum kind { INTEGER, STRING, BOOLEAN, LENGTH, OPS };

/* The members in the order in which they are written; a member without a default is required. */
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
    struct json_want wanted[MEMBERS];
    struct span values[MEMBERS];
    size_t from = out->len;
    if (!json_is_object(descriptor)) {
        buf_str(why, "not an object");
        return false;
    }
    for (size_t i = 0; i < MEMBERS; i++)
        wanted[i] = (struct json_want){known[i].name, &values[i]};
    json_pick_into(descriptor, wanted, MEMBERS);
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

static size_t index_of(const struct platforms *all, struct span name)
{
    size_t i = 0;
    while (i < all->n && !span_same(buf_as_span(&all->v[i].name), name))
        i++;
    return i;
}

/* The value of a normalised length, which is digits only. */
static size_t length_of(struct span digits)
{
    size_t v = 0;
    for (size_t i = 0; i < digits.n; i++) {
        size_t d = (size_t)(digits.p[i] - '0');
        if (v > (SIZE_MAX - d) / 10)
            return SIZE_MAX;
        v = v * 10 + d;
    }
    return v;
}

static void fill(struct platform *p, struct span normal)
{
    p->max = length_of(json_find(normal, "max_message_length"));
    p->utf16 = json_eq(json_find(normal, "len_unit"), "utf16");
    p->edits = json_is_true(json_find(normal, "supports_edit"));
    p->dialect.len = 0;
    json_decode(&p->dialect, json_find(normal, "markdown_dialect"));
    buf_cstr(&p->dialect); /* p is not NULL even if it is empty */
    p->ops.len = 0;
    buf_span(&p->ops, json_find(normal, "supported_ops"));
}

bool platforms_adopt(struct platforms *all, struct span descriptor)
{
    struct buf normal = {0}, name = {0}, why = {0};
    bool ok = descriptor_normalise(&normal, descriptor, &why);
    if (ok) {
        platform_decode(&name, json_find(buf_as_span(&normal), "platform"));
        size_t i = index_of(all, buf_as_span(&name));
        if (i == all->n && all->n < PLATFORMS_MAX) {
            all->v = xrealloc(all->v, ++all->n * sizeof *all->v);
            all->v[i] = (struct platform){.name = name};
            name = (struct buf){0};
        }
        if (i < all->n) {
            fill(&all->v[i], buf_as_span(&normal));
            if (!all->settled)
                all->first = i;
            all->settled = true;
        }
    }
    buf_free(&normal);
    buf_free(&name);
    buf_free(&why);
    return ok;
}

void platforms_reset(struct platforms *all)
{
    all->settled = false;
}

const struct platform *platforms_find(const struct platforms *all, struct span name)
{
    size_t i = name.p ? index_of(all, name) : all->n;
    return i < all->n ? &all->v[i] : all->n ? &all->v[all->first] : NULL;
}

void platforms_free(struct platforms *all)
{
    for (size_t i = 0; i < all->n; i++) {
        buf_free(&all->v[i].name);
        buf_free(&all->v[i].dialect);
        buf_free(&all->v[i].ops);
    }
    free(all->v);
    *all = (struct platforms){0};
}
