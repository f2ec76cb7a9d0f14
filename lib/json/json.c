/* SPDX-License-Identifier: MIT */
/* JSON text as spans: finding values. */
#include <stdlib.h>

#include "json/internal.h"
#include "json/json.h"

void json_members_grow(struct json_members *o)
{
    o->cap = o->cap ? o->cap * 2 : 16;
    o->m = xrealloc(o->m, o->cap * sizeof *o->m);
}

void json_members_free(struct json_members *o)
{
    free(o->m);
    *o = (struct json_members){0};
}

static const char *skip_value(const char *p, const char *end)
{
    if (*p == '"')
        return json_skip_string(p, end);
    if (*p != '{' && *p != '[') {
        while (p < end && !strchr(",]} \t\n\r", *p))
            p++;
        return p;
    }
    unsigned depth = 0;
    do {
        if (*p == '"') {
            p = json_skip_string(p, end);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
    } while (depth);
    return p;
}

bool json_next(struct json_iter *it, struct span *key, struct span *value)
{
    if (!it->rest.p)
        return false;
    const char *p = it->rest.p, *end = p + it->rest.n;
    if (!it->begun) {
        p = json_skip_blanks(p, end);
        if (p == end || (*p != '{' && *p != '['))
            return false;
        it->begun = true;
        p++;
    }
    p = json_skip_blanks(p, end);
    if (p < end && *p == ',')
        p = json_skip_blanks(p + 1, end);
    if (p == end || *p == '}' || *p == ']')
        return false;
    const char *from = p;
    struct span k = {NULL, 0};
    p = skip_value(p, end);
    const char *colon = json_skip_blanks(p, end);
    if (colon < end && *colon == ':') {
        k = (struct span){from, (size_t)(p - from)};
        from = json_skip_blanks(colon + 1, end);
        p = skip_value(from, end);
    }
    if (key)
        *key = k;
    *value = (struct span){from, (size_t)(p - from)};
    it->rest = (struct span){p, (size_t)(end - p)};
    return true;
}

void json_list(struct json_members *o, struct span object)
{
    struct json_iter it = {object, false};
    struct span key, value;
    o->n = 0;
    while (json_next(&it, &key, &value) && key.p)
        json_add_member(o, key, value);
}

struct span json_get(const struct json_members *o, const char *name)
{
    for (size_t i = o->n; i--;)
        if (json_is_name(o->m[i].key, name))
            return o->m[i].value;
    return (struct span){NULL, 0};
}

struct span json_find(struct span object, const char *name)
{
    struct span key, value, found = {NULL, 0};
    struct json_iter it = {object, false};
    if (!json_is_object(object))
        return found;
    while (json_next(&it, &key, &value))
        if (json_is_name(key, name))
            found = value;
    return found;
}

static void want_nothing(const struct json_want *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *wanted[i].value = (struct span){NULL, 0};
}

static void fill(struct span key, struct span value, const struct json_want *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (json_is_name(key, wanted[i].name)) {
            *wanted[i].value = value;
            return;
        }
}

void json_pick_into(struct span object, const struct json_want *wanted, size_t n)
{
    struct span key, value;
    struct json_iter it = {object, false};
    want_nothing(wanted, n);
    while (json_next(&it, &key, &value) && key.p)
        fill(key, value, wanted, n);
}

void json_pick_members_into(const struct json_members *o, const struct json_want *wanted, size_t n)
{
    want_nothing(wanted, n);
    for (size_t m = 0; m < o->n; m++)
        fill(o->m[m].key, o->m[m].value, wanted, n);
}
