/* SPDX-License-Identifier: MIT */
/* Normalising an event's source (protocol §6). */
#ifndef RELAY_DECODE_SOURCE_H
#define RELAY_DECODE_SOURCE_H

#include "decode/patch.h"
#include "relay/session.h"

/* Working space: all zero at first, source_free() at the end. */
struct source {
    struct patch patch;
    struct json_members members;
    struct buf text; /* decoded parts of the session key */
};

/* Normalises the text of a source, an object. The new text is appended to *out, or nothing where it is right
 * as it stands. Sets *s, whose parts are valid until the next call, as long as the text of the source. */
void source_normalise(struct source *w, struct buf *out, struct span source, struct session *s);
void source_free(struct source *w);

#endif
