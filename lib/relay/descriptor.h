/* SPDX-License-Identifier: MIT */
/* Descriptors: what a connector says a platform can do (protocol §5). */
#ifndef RELAY_RELAY_DESCRIPTOR_H
#define RELAY_RELAY_DESCRIPTOR_H

#include <stdbool.h>

#include "base/buf.h"

enum { DESCRIPTOR_MAX_LENGTH = 4096 }; /* max_message_length where none can be read */

/* Appends the normalised form of a descriptor (the text of a JSON value, or {NULL, 0}): all known members,
 * defaults filled in, and no others. False when it is invalid: nothing is appended to *out, and the reason, a
 * few words, to *why. */
bool descriptor_normalise(struct buf *out, struct span descriptor, struct buf *why);

#endif
