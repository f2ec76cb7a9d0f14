/* SPDX-License-Identifier: MIT */
/* JSON text as spans: strict validation, finding members, and splicing that keeps every untouched byte.
 *
 * Nothing here is a tree: a value is the span of its text. json_scan() and json_valid() take any bytes; all
 * other functions take spans of text that one of these two has accepted. Of duplicate members, the last one
 * counts. */
#ifndef RELAY_JSON_JSON_H
#define RELAY_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

enum {
    JSON_DEPTH = 512, /* deepest nesting accepted */
    JSON_EDITS = 32,  /* most changes to an object at once; more is a bug and ends the process */
};

struct json_error {
    const char *reason; /* static text */
    size_t at;          /* offset of the offending byte */
};

struct json_member {
    struct span key; /* with its quotes */
    struct span value;
};

/* The members of one object, in order. Reusable; all zero is empty; call json_members_free() at the end. */
struct json_members {
    struct json_member *m;
    size_t n, cap;
};

/* Whether the whole text is one value (RFC 8259, strict UTF-8, JSON_DEPTH). False: *e says why. */
bool json_valid(const char *p, size_t n, struct json_error *e);
/* The same for text that must be an object, and lists its members, in one pass. */
bool json_scan(struct json_members *o, const char *p, size_t n, struct json_error *e);
void json_members_free(struct json_members *o);
/* Makes room for one more member. */
void json_members_grow(struct json_members *o);
/* Appends one member to the list. */
static inline void json_add_member(struct json_members *o, struct span key, struct span value)
{
    if (o->n == o->cap)
        json_members_grow(o);
    o->m[o->n++] = (struct json_member){key, value};
}

/* Lists the members of an object's text; for anything else, none. */
void json_list(struct json_members *o, struct span object);

/* The value of a member by its (unescaped) name; {NULL, 0} when there is none. */
struct span json_get(const struct json_members *o, const char *name);
/* The same on an object's text; also {NULL, 0} when the text is not an object. */
struct span json_find(struct span object, const char *name);

/* Finds several members of an object's text in one pass. Each goes into the span named beside it: {NULL, 0}
 * if it is missing or the text is not an object. JSON_PICK(event, {"text", &text}, {"source", &source}); */
#define JSON_PICK(object, ...)                                        \
    json_pick_into((object), (const struct json_want[]){__VA_ARGS__}, \
                   sizeof((const struct json_want[]){__VA_ARGS__}) / sizeof(struct json_want))
/* The same for members that are already listed: a struct json_members *. */
#define JSON_PICK_MEMBERS(members, ...)                                        \
    json_pick_members_into((members), (const struct json_want[]){__VA_ARGS__}, \
                           sizeof((const struct json_want[]){__VA_ARGS__}) / sizeof(struct json_want))
struct json_want {
    const char *name;
    struct span *value;
};
void json_pick_into(struct span object, const struct json_want *wanted, size_t n);
void json_pick_members_into(const struct json_members *o, const struct json_want *wanted, size_t n);

/* Steps through an object or array: start with it->rest = its text and it->begun = false. key may be NULL;
 * otherwise it is set to the member's key, or to {NULL, 0} for an element. False after the last one. */
struct json_iter {
    struct span rest;
    bool begun;
};
bool json_next(struct json_iter *it, struct span *key, struct span *value);

bool json_is_object(struct span v);
bool json_is_array(struct span v);
bool json_is_string(struct span v);
bool json_is_number(struct span v);
bool json_is_integer(struct span v); /* a number without a fraction or an exponent */
bool json_is_true(struct span v);
bool json_is_bool(struct span v);
bool json_is_null(struct span v);   /* JSON null; an absent value is not */
bool json_has_text(struct span v);  /* a string that is not "" */
bool json_is_absent(struct span v); /* not there, or null */
bool json_is_empty(struct span v);  /* absent, null or "" */

/* Appends the string's text as UTF-8; a lone surrogate becomes U+FFFD. v must be a string. */
void json_decode(struct buf *out, struct span v);
/* The text of a string: part of v if it has no escapes, otherwise decoded into the arena. {NULL, 0} if v is
 * not a string. */
struct span json_text(struct arena *a, struct span v);
/* Whether a string (v must be one) is exactly that text. */
bool json_is_text(struct span string, const char *text);
/* The same for a member's name; the first byte is enough to tell most of them apart. */
static inline bool json_is_name(struct span key, const char *name)
{
    return (key.p[1] == *name || key.p[1] == '\\' || !*name) && json_is_text(key, name);
}
/* Whether v is a string of exactly that text. */
static inline bool json_eq(struct span v, const char *text)
{
    return v.n && *v.p == '"' && json_is_name(v, text);
}
/* Appends UTF-8 text as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void json_quote(struct buf *out, const char *p, size_t n);
void json_quote_str(struct buf *out, const char *s);

/* Appends the value without the white space between its tokens: on one line, everything else byte for byte.
 */
void json_compact(struct buf *out, struct span v);

/* One change to an object: if value.p is NULL the member is dropped, otherwise it is set or appended. */
struct json_edit {
    const char *name;
    struct span value; /* JSON text */
};
/* Appends the object with the changes made. If a changed name occurs more than once, one member stays.
 * Every other byte is copied. */
void json_edit(struct buf *out, struct span object, const struct json_edit *edits, size_t n);
/* The same when the object's members are already listed. */
void json_edit_members(struct buf *out, struct span object, const struct json_members *o,
                       const struct json_edit *edits, size_t n);

#endif
