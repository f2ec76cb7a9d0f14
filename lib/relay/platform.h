/* SPDX-License-Identifier: MIT */
/* What the connector's descriptors say about sending to each platform (protocol §5). */
#ifndef RELAY_RELAY_PLATFORM_H
#define RELAY_RELAY_PLATFORM_H

#include <stdbool.h>

#include "base/buf.h"

enum { PLATFORMS_MAX = 256 }; /* so many are remembered */

struct platform {
    struct buf name;
    size_t max;     /* longest message */
    bool utf16;     /* … in UTF-16 code units; otherwise in code points */
    bool fences;    /* its dialect has code blocks */
    struct buf ops; /* supported_ops, JSON text */
};

/* All zero is empty; platforms_free() at the end. */
struct platforms {
    struct platform *v;
    size_t n, first; /* first: the default, where there is any */
    bool settled;    /* this connection's default has come */
};

/* Takes over a descriptor (JSON text), normalised or not. False when it is invalid. */
bool platforms_adopt(struct platforms *all, struct span descriptor);
/* The connection was lost: the first descriptor of the next one becomes the default. */
void platforms_reset(struct platforms *all);
/* What is known for the platform of that name, plain text, otherwise the default; NULL: no descriptor came.
 */
const struct platform *platforms_find(const struct platforms *all, struct span name);
void platforms_free(struct platforms *all);

#endif
