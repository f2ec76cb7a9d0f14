/* SPDX-License-Identifier: MIT */
/* JSON as a tree of cJSON's, to be read: of the files that the user of a stub writes, and of the frames that
 * are held against them.
 *
 * The rule of the toolkit: our own scanner (json/json.h) where bytes must stay, cJSON where a tree is read. A
 * line that passes through is never made of a tree again: cJSON would give it other numbers, escapes and
 * duplicates. So the text stays beside each tree, and what is sent is the text. The tree is built from what
 * the scanner accepted, since cJSON's parser takes 9007199254740993 for ...992, ends a string at \u0000 and
 * refuses a lone surrogate: a number stands in it as a Raw item with its value in one exact form, \u0000 in a
 * string or a name as the two bytes C0 80, which UTF-8 never has. Pure. */
#ifndef RELAY_STUB_TREE_H
#define RELAY_STUB_TREE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "json/json.h"

/* The tree of accepted JSON text; the caller calls cJSON_Delete(). Ends the process with EX_OSERR if there is
 * not enough memory. */
cJSON *tree_build(struct span text);
/* A member of an object, by its name in any case that is exactly this one; of several the last. NULL: none.
 */
const cJSON *tree_get(const cJSON *object, const char *name);
/* Whether the value has what the pattern asks for. Objects: every member of the pattern is there and matches,
 * whatever else there is. Arrays: the same length, element by element. Strings by their text, numbers by
 * their value, to the last digit. */
bool tree_match(const cJSON *pattern, const cJSON *value);

#endif
