/* SPDX-License-Identifier: MIT */
/* JSON as a cJSON tree, for reading: the files that the user of a stub writes, and the frames that are
 * compared with them.
 *
 * The rule of the toolkit: our scanner (json/json.h) if bytes must be kept, cJSON if a tree is read. A line
 * that passes through is never printed from a tree: cJSON would change its numbers, escapes and duplicates.
 * So the text is kept beside each tree, and the text is what is sent. The tree is built from text that the
 * scanner accepted, because cJSON's parser takes 9007199254740993 for ...992, ends a string at \u0000 and
 * refuses a lone surrogate: in the tree, a number is a Raw item with its value in one exact form, and \u0000
 * in a string or a name is the two bytes C0 80, which never occur in UTF-8. Pure. */
#ifndef RELAY_STUB_TREE_H
#define RELAY_STUB_TREE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "json/json.h"

/* The tree of JSON text that the scanner has accepted; free it with cJSON_Delete(). Ends the process with
 * EX_OSERR if memory runs out. */
cJSON *tree_build(struct span text);
/* A member of an object, by its exact name (case matters); the last of several. NULL: none. */
const cJSON *tree_get(const cJSON *object, const char *name);
/* Whether the value matches the pattern. Objects: every member of the pattern is there and matches; others
 * are ignored. Arrays: the same length, element by element. Strings match by their text, numbers by their
 * value, to the last digit. */
bool tree_match(const cJSON *pattern, const cJSON *value);

#endif
