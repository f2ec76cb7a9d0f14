/* SPDX-License-Identifier: MIT */
/* Normalising an inbound frame (protocol §6): its event, the event's source, the session key. */
#ifndef RELAY_DECODE_EVENT_H
#define RELAY_DECODE_EVENT_H

#include "decode/media.h"
#include "decode/source.h"
#include "relay/frame.h"

/* Working space, kept from frame to frame: all zero at first (the rule may be set), event_free() at the end.
 */
struct event {
    struct session_rule rule;
    struct arena arena; /* memory for one frame */
    struct patch patch;
    struct json_members members;
    struct source sourced;
    struct buf source, event, text, scratch;
};

/* Normalises an inbound frame. NULL on success: the new line is appended to *out, or nothing if the line
 * needs no change. Otherwise the reason why the frame is not a message, static text; *out is unchanged. */
const char *event_normalise(struct event *e, struct buf *out, const struct frame *f);
void event_free(struct event *e);

#endif
