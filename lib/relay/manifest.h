/* SPDX-License-Identifier: MIT */
/* The command manifest that a hello for Discord carries (protocol §2). */
#ifndef RELAY_RELAY_MANIFEST_H
#define RELAY_RELAY_MANIFEST_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether the text is a manifest: strict JSON, a list of {name, description, options?}. False: the reason,
 * plain text, is appended to *why. The text itself goes into the hello, so that it keeps its bytes; the tree
 * built here is for checking only. */
bool manifest_check(struct buf *why, struct span text);
/* Appends the manifest in the file, at most max bytes. Ends the process: EX_NOINPUT if the file cannot be
 * read, EX_DATAERR if it does not hold a manifest. */
void manifest_read(struct buf *out, const char *path, size_t max);

#endif
