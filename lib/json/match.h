/* SPDX-License-Identifier: MIT */
/* Whether a JSON value has what a pattern asks for. Pure. */
#ifndef RELAY_JSON_MATCH_H
#define RELAY_JSON_MATCH_H

#include <stdbool.h>

#include "json/json.h"

/* Objects: every member of the pattern is there and matches, whatever else there is. Arrays: the same length,
 * element by element. Strings by their text, numbers by their text or else their value. Both are accepted
 * JSON text. */
bool json_match(struct span pattern, struct span value);

#endif
