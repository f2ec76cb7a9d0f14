/* SPDX-License-Identifier: MIT */
/* JSON text as spans: changing members while keeping every other byte. */
#include "base/diag.h"
#include "json/internal.h"
#include "json/json.h"

/* The index of the edit for a member, or n if there is none. */
static size_t edit_of(const struct json_edit *edits, size_t n, struct span key)
{
    size_t i = 0;
    while (i < n && !json_is_name(key, edits[i].name))
        i++;
    return i;
}

/* Whether a member of the same name comes after the i-th: only the last one stays. */
static bool comes_again(const struct json_members *o, size_t i, const char *name)
{
    while (++i < o->n)
        if (json_is_name(o->m[i].key, name))
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
    const char *open = json_skip_blanks(object.p, object.p + object.n), *done = open + 1;
    bool found[JSON_EDITS] = {false}, any = false;
    if (n > JSON_EDITS)
        die(EX_SOFTWARE, "edit object: %zu changes at once", n);
    buf_add(out, object.p, (size_t)(done - object.p));
    for (size_t m = 0; m < o->n; m++) {
        struct span key = o->m[m].key, value = o->m[m].value;
        size_t i = edit_of(edits, n, key);
        bool drop = i < n && (!edits[i].value.p || comes_again(o, m, edits[i].name));
        if (!drop) {
            /* from the end of the previous member on: the comma and blanks there belong to this one */
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
