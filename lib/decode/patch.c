/* SPDX-License-Identifier: MIT */
/* The changes to one object. */
#include <string.h>

#include "base/diag.h"
#include "decode/patch.h"

void patch_begin(struct patch *p)
{
    p->n = p->made.len = 0;
}

static void check_room(const struct patch *p)
{
    if (p->n == PATCH_MOST)
        die(EX_SOFTWARE, "change object: more than %d members at once", PATCH_MOST);
}

void patch_set(struct patch *p, const char *name, struct span value)
{
    check_room(p);
    p->size[p->n] = 0;
    p->edits[p->n++] = (struct json_edit){name, value};
}

void patch_drop(struct patch *p, const char *name, struct span have)
{
    if (have.p)
        patch_set(p, name, (struct span){NULL, 0});
}

void patch_made(struct patch *p, const char *name, size_t from)
{
    check_room(p);
    p->from[p->n] = from;
    p->size[p->n] = p->made.len - from;
    p->edits[p->n++].name = name;
}

static void set_quoted(struct patch *p, const char *name, struct span text)
{
    size_t from = p->made.len;
    json_quote(&p->made, text.p, text.n);
    patch_made(p, name, from);
}

static bool is_text(struct patch *p, struct span v, struct span text)
{
    if (!json_is_string(v))
        return false;
    if (!memchr(v.p, '\\', v.n))
        return v.n == text.n + 2 && memcmp(v.p + 1, text.p, text.n) == 0;
    p->a.len = 0;
    json_decode(&p->a, v);
    return p->a.len == text.n && memcmp(buf_as_span(&p->a).p, text.p, text.n) == 0;
}

void patch_text(struct patch *p, const char *name, struct span have, struct span text)
{
    if (!is_text(p, have, text))
        set_quoted(p, name, text);
}

bool patch_same(struct patch *p, struct span v, struct span other)
{
    if (v.n == other.n && memcmp(v.p, other.p, v.n) == 0)
        return true;
    p->b.len = 0;
    json_decode(&p->b, other);
    return is_text(p, v, buf_as_span(&p->b));
}

void patch_string(struct patch *p, const char *name, struct span have, struct span value)
{
    if (!patch_same(p, have, value))
        patch_set(p, name, value);
}

void patch_identifier(struct patch *p, const char *name, struct span have, const char *other)
{
    if (json_is_number(have))
        set_quoted(p, name, have);
    else if (json_is_string(have) && have.n > 2)
        return;
    else if (!other)
        patch_drop(p, name, have);
    else if (!span_eq(have, other))
        patch_set(p, name, span_of(other));
}

void patch_apply(struct patch *p, struct buf *out, struct span object, const struct json_members *o)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->size[i])
            p->edits[i].value = (struct span){p->made.p + p->from[i], p->size[i]};
    if (p->n)
        json_edit_members(out, object, o, p->edits, p->n);
}

void patch_free(struct patch *p)
{
    buf_free(&p->made);
    buf_free(&p->a);
    buf_free(&p->b);
    *p = (struct patch){0};
}
