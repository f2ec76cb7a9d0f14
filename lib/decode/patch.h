/* SPDX-License-Identifier: MIT */
/* The changes to one object, collected member by member and then made at once. A member whose value is
 * already right is not changed, so it keeps its bytes. */
#ifndef RELAY_DECODE_PATCH_H
#define RELAY_DECODE_PATCH_H

#include "json/json.h"

enum { PATCH_MOST = 24 };

/* All zero except the arena means no changes; call patch_free() at the end. `have` below is the member's
 * current value. The values made here live in the arena. */
struct patch {
    struct arena *arena;
    struct json_edit edits[PATCH_MOST];
    size_t n;
    struct buf text; /* scratch */
};

/* Forgets all changes. */
void patch_begin(struct patch *p);
/* Sets a member to JSON text that must stay valid until patch_apply(). */
/* Removes a member if it has a value. */
void patch_set(struct patch *p, const char *name, struct span value);
void patch_drop(struct patch *p, const char *name, struct span have);
/* Sets a member to a string of that text. */
void patch_text(struct patch *p, const char *name, struct span have, struct span text);
/* Sets a member to a string with the same text as the JSON string `value`. */
void patch_string(struct patch *p, const char *name, struct span have, struct span value);
/* Normalises an identifier (protocol §6): a number becomes the string of its digits; any other value becomes
 * `other` (JSON text), or is dropped if that is NULL. */
void patch_identifier(struct patch *p, const char *name, struct span have, const char *other);
/* Whether v is a string of the same text as the JSON string `other`. */
bool patch_same(struct patch *p, struct span v, struct span other);

/* Appends the object, whose members are already listed, with the changes made; nothing if there are none. */
void patch_apply(const struct patch *p, struct buf *out, struct span object, const struct json_members *o);
void patch_free(struct patch *p);

#endif
