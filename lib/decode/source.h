/* SPDX-License-Identifier: MIT */
/* Normalising an event's source (protocol §6). */
#ifndef RELAY_DECODE_SOURCE_H
#define RELAY_DECODE_SOURCE_H

#include "decode/patch.h"
#include "relay/session.h"

/* Working space: all zero but patch.arena at first, source_free() at the end. */
struct source {
    struct patch patch;
    struct json_members members;
    struct buf text; /* scratch */
};

/* Normalises the text of a source, an object. The new text is appended to *out, or nothing if it needs no
 * change. Sets *s, whose parts are valid as long as the arena's pieces and the text of the source are. */
void source_normalise(struct source *w, struct buf *out, struct span source, struct session *s);
void source_free(struct source *w);

#endif
