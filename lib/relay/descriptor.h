/* SPDX-License-Identifier: MIT */
/* Descriptors: what a connector says a platform can do (protocol §5), normalised and remembered. No I/O. */
#ifndef RELAY_RELAY_DESCRIPTOR_H
#define RELAY_RELAY_DESCRIPTOR_H

#include <stdbool.h>

#include "base/buf.h"

enum { DESCRIPTOR_MAX_LENGTH = 4096 }; /* max_message_length if none can be read */

/* Appends the normalised form of a descriptor (the text of a JSON value, or {NULL, 0}): all known members,
 * with defaults filled in, and no others. False when it is invalid: nothing is appended to *out, and the
 * reason, a few words, is appended to *why. */
bool descriptor_normalise(struct buf *out, struct span descriptor, struct buf *why);

enum { PLATFORMS_MAX = 256 }; /* the most that are remembered */

struct platform {
    struct buf name;
    size_t max;         /* longest message */
    bool utf16;         /* … in UTF-16 code units; otherwise in code points */
    struct buf dialect; /* markdown_dialect, text; its p is never NULL */
    bool edits;         /* messages can be edited */
    struct buf ops;     /* supported_ops, JSON text */
};

/* All zero is empty; platforms_free() at the end. */
struct platforms {
    struct platform *v;
    size_t n, first; /* first: index of the default, if there is one */
    bool settled;    /* this connection's default is known */
};

/* Remembers a copy of a descriptor (JSON text), normalised or not. False when it is invalid. */
bool platforms_adopt(struct platforms *all, struct span descriptor);
/* The connection was lost: the first descriptor of the next one becomes the default. */
void platforms_reset(struct platforms *all);
/* The platform of that name (plain text), otherwise the default; NULL: no descriptor has come. Valid until
 * the next call that changes *all. */
const struct platform *platforms_find(const struct platforms *all, struct span name);
void platforms_free(struct platforms *all);

#endif
