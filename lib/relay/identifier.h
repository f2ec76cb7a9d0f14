/* SPDX-License-Identifier: MIT */
/* Identifiers and platform names in JSON values (protocol §6). Pure. */
#ifndef RELAY_RELAY_IDENTIFIER_H
#define RELAY_RELAY_IDENTIFIER_H

#include <stdbool.h>

#include "json/json.h"

/* Whether the value is an identifier: a non-empty string or a number. */
bool identifier_is(struct span v);
/* Appends an identifier's text (a number's exact digits). False, with nothing appended, for any other value.
 */
bool identifier_decode(struct buf *out, struct span v);
/* Appends it as a JSON string. False, with nothing appended, for any other value. */
bool identifier_add(struct buf *out, struct span v);
/* The same JSON string, copied only if need be: v itself, or text made in *text; {NULL, 0} for any other
 * value. */
struct span identifier_text(struct buf *text, struct span v);

/* Appends a platform's name: the string, trimmed and in lower case. False, with nothing appended, if v is not
 * a string or nothing is left of it. */
bool platform_decode(struct buf *out, struct span v);

#endif
