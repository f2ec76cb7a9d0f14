/* SPDX-License-Identifier: MIT */
/* An action in the making: what options and TEXT add, member by member (protocol §4).
 *
 * All zero at first (whatever is set begins it), end with draft_free(). The last value given for a member
 * counts. Functions that take text from outside return NULL, or why they cannot take it, a static text. */
#ifndef RELAY_SEND_DRAFT_H
#define RELAY_SEND_DRAFT_H

#include "json/json.h"

struct draft {
    struct buf action;  /* the action's JSON object, op first; empty: not begun */
    const char *member; /* the member that TEXT goes into, once draft_check() has found it */
    bool needs_text;    /* … and that must not be empty */
};

/* Begins with a bare send action, unless that was done. */
void draft_begin(struct draft *d);
/* Sets a member to a JSON value. */
void draft_set(struct draft *d, const char *name, struct span value);
/* Sets a member to a string. */
const char *draft_set_text(struct draft *d, const char *name, struct span text);

/* The same from "KEY=VALUE": VALUE as a string, as JSON text, or as a string in the metadata. */
const char *draft_pair_text(struct draft *d, const char *pair);
const char *draft_pair_json(struct draft *d, const char *pair);
const char *draft_pair_metadata(struct draft *d, const char *pair);

/* Whether the action is whole, but for the content of its text if some will come (with_text). False: the
 * reason, plain text, is appended to *why. */
bool draft_check(struct draft *d, bool with_text, struct buf *why);

struct span draft_get(const struct draft *d, const char *name);
void draft_free(struct draft *d);

#endif
