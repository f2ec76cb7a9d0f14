/* SPDX-License-Identifier: MIT */
/* An action in the making: options and TEXT add to it, member by member (protocol §4).
 *
 * All zero at first (setting anything begins it); call draft_free() at the end. The last value given for a
 * member counts. Functions that take text from the user return NULL, or why they cannot take it (static
 * text). */
#ifndef RELAY_SEND_DRAFT_H
#define RELAY_SEND_DRAFT_H

#include "json/json.h"

struct draft {
    struct buf action;  /* the action's JSON object, op first; empty: not begun */
    const char *member; /* the member that TEXT goes into, once draft_check() has found it */
    bool needs_text;    /* … and that must not be empty */
};

/* Begins with a bare send action, unless the draft has begun. */
void draft_begin(struct draft *d);
/* Sets a member to a JSON value. */
void draft_set(struct draft *d, const char *name, struct span value);
/* Sets a member to a string. */
const char *draft_set_text(struct draft *d, const char *name, struct span text);

/* The same from "KEY=VALUE": VALUE becomes a string, JSON text, or a string in the metadata. */
const char *draft_pair_text(struct draft *d, const char *pair);
const char *draft_pair_json(struct draft *d, const char *pair);
const char *draft_pair_metadata(struct draft *d, const char *pair);

/* Whether the action is whole; with_text: apart from its text, which will follow. False: the reason, plain
 * text, is appended to *why. */
/* The value of a member, JSON text; {NULL, 0} if there is none. */
bool draft_check(struct draft *d, bool with_text, struct buf *why);

struct span draft_get(const struct draft *d, const char *name);
void draft_free(struct draft *d);

#endif
