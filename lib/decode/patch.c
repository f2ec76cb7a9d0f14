/* SPDX-License-Identifier: MIT */
/* The changes to one object. */
#include <string.h>

#include "base/diag.h"
#include "decode/patch.h"

void patch_begin(struct patch *p)
{
    p->n = 0;
}

void patch_set(struct patch *p, const char *name, struct span value)
{
    if (p->n == PATCH_MOST)
        die(EX_SOFTWARE, "change object: more than %d members at once", PATCH_MOST);
    p->edits[p->n++] = (struct json_edit){name, value};
}

void patch_drop(struct patch *p, const char *name, struct span have)
{
    if (have.p)
        patch_set(p, name, (struct span){NULL, 0});
}

static void set_quoted(struct patch *p, const char *name, struct span text)
{
    json_quote(&p->text, text.p, text.n);
    patch_set(p, name, arena_take(p->arena, &p->text));
}

void patch_text(struct patch *p, const char *name, struct span have, struct span text)
{
    if (!span_same(json_text(p->arena, have), text))
        set_quoted(p, name, text);
}

bool patch_same(struct patch *p, struct span v, struct span other)
{
    return span_same(v, other) ||
           (json_is_string(v) && span_same(json_text(p->arena, v), json_text(p->arena, other)));
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
    else if (json_has_text(have))
        return;
    else if (!other)
        patch_drop(p, name, have);
    else if (!span_eq(have, other))
        patch_set(p, name, span_of(other));
}

void patch_apply(const struct patch *p, struct buf *out, struct span object, const struct json_members *o)
{
    if (p->n)
        json_edit_members(out, object, o, p->edits, p->n);
}

void patch_free(struct patch *p)
{
    buf_free(&p->text);
    *p = (struct patch){0};
}
