/* SPDX-License-Identifier: MIT */
/* The changes to one object. */
#include <string.h>

#include "base/diag.h"
#include "decode/patch.h"

void changes_begin(struct changes *c)
{
    c->n = c->made.len = 0;
}

static void check_room(const struct changes *c)
{
    if (c->n == CHANGES_MOST)
        die(EX_SOFTWARE, "change object: more than %d members at once", CHANGES_MOST);
}

void changes_set(struct changes *c, const char *name, struct span value)
{
    check_room(c);
    c->size[c->n] = 0;
    c->edits[c->n++] = (struct json_edit){name, value};
}

void changes_drop(struct changes *c, const char *name, struct span have)
{
    if (have.p)
        changes_set(c, name, (struct span){NULL, 0});
}

void changes_made(struct changes *c, const char *name, size_t from)
{
    check_room(c);
    c->from[c->n] = from;
    c->size[c->n] = c->made.len - from;
    c->edits[c->n++].name = name;
}

static void set_quoted(struct changes *c, const char *name, struct span text)
{
    size_t from = c->made.len;
    json_quote(&c->made, text.p, text.n);
    changes_made(c, name, from);
}

static bool is_text(struct changes *c, struct span v, struct span text)
{
    if (!json_is_string(v))
        return false;
    if (!memchr(v.p, '\\', v.n))
        return v.n == text.n + 2 && memcmp(v.p + 1, text.p, text.n) == 0;
    c->a.len = 0;
    json_decode(&c->a, v);
    return c->a.len == text.n && memcmp(buf_as_span(&c->a).p, text.p, text.n) == 0;
}

void changes_text(struct changes *c, const char *name, struct span have, struct span text)
{
    if (!is_text(c, have, text))
        set_quoted(c, name, text);
}

bool changes_same(struct changes *c, struct span v, struct span other)
{
    if (v.n == other.n && memcmp(v.p, other.p, v.n) == 0)
        return true;
    c->b.len = 0;
    json_decode(&c->b, other);
    return is_text(c, v, buf_as_span(&c->b));
}

void changes_string(struct changes *c, const char *name, struct span have, struct span value)
{
    if (!changes_same(c, have, value))
        changes_set(c, name, value);
}

void changes_identifier(struct changes *c, const char *name, struct span have, const char *other)
{
    if (json_is_number(have))
        set_quoted(c, name, have);
    else if (json_is_string(have) && have.n > 2)
        return;
    else if (!other)
        changes_drop(c, name, have);
    else if (!span_eq(have, other))
        changes_set(c, name, span_of(other));
}

void changes_apply(struct changes *c, struct buf *out, struct span object, const struct json_members *o)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->size[i])
            c->edits[i].value = (struct span){c->made.p + c->from[i], c->size[i]};
    if (c->n)
        json_edit_members(out, object, o, c->edits, c->n);
}

void changes_free(struct changes *c)
{
    buf_free(&c->made);
    buf_free(&c->a);
    buf_free(&c->b);
    *c = (struct changes){0};
}
