/* SPDX-License-Identifier: MIT */
/* Removing a directory with all that is in it. */
#ifndef RELAY_BASE_REMOVE_H
#define RELAY_BASE_REMOVE_H

#include <stdbool.h>

/* Removes a file, a link (not what it leads to) or a directory with its content, at most 64 levels deep.
 * False: errno; something of it may be left. A path that does not exist is a success. */
bool remove_tree(const char *path);

#endif
