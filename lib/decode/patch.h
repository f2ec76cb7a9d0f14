/* SPDX-License-Identifier: MIT */
/* The changes to one object, collected member by member and then made at once. A member whose value is right
 * already is not among them, so it keeps its bytes. */
#ifndef RELAY_DECODE_PATCH_H
#define RELAY_DECODE_PATCH_H

#include "json/json.h"

enum { CHANGES_MOST = 24 };

/* All zero is no changes; changes_free() at the end. `have` below is the member's present value. */
struct changes {
    struct json_edit edits[CHANGES_MOST];
    size_t from[CHANGES_MOST], size[CHANGES_MOST]; /* of a value in `made`, which may still move */
    size_t n;
    struct buf made, a, b;
};

/* Forgets all changes. */
void changes_begin(struct changes *c);
/* Sets a member to JSON text that stays where it is until changes_apply(). */
void changes_set(struct changes *c, const char *name, struct span value);
void changes_drop(struct changes *c, const char *name, struct span have);
/* Sets a member to the JSON text that was appended to c->made since it was `from` bytes long. */
void changes_made(struct changes *c, const char *name, size_t from);
/* Sets a member to a string of that text. */
void changes_text(struct changes *c, const char *name, struct span have, struct span text);
/* Sets a member to the same text as the JSON string `value`. */
void changes_string(struct changes *c, const char *name, struct span have, struct span value);
/* An identifier (protocol §6): a number becomes the string of its digits; what is none becomes `other` (JSON
 * text), or is dropped where that is NULL. */
void changes_identifier(struct changes *c, const char *name, struct span have, const char *other);
/* Whether v is a string of the same text as the JSON string `other`. */
bool changes_same(struct changes *c, struct span v, struct span other);

/* Appends the object, whose members are at hand, with the changes; nothing where there are none. */
void changes_apply(struct changes *c, struct buf *out, struct span object, const struct json_members *o);
void changes_free(struct changes *c);

#endif
