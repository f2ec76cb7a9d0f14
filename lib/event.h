/* SPDX-License-Identifier: MIT */
/* Normalising an inbound frame (protocol §6): its event, the event's source, the session key. */
#ifndef RELAY_EVENT_H
#define RELAY_EVENT_H

#include "frame.h"
#include "media.h"

/* Working space, kept from frame to frame: all zero at first, event_free() at the end. */
struct event {
    struct buf decoded; /* text of strings, as the session key takes it */
    struct buf made;    /* JSON text of the values that change */
    struct buf source, event, key, scratch, other;
    struct media media;
};

/* Normalises the inbound frame f. NULL on success: the new line is appended to *out, or nothing where the
 * line is right as it stands. Otherwise the reason why the frame is no message; *out is as before. */
const char *event_normalise(struct event *e, struct buf *out, const struct frame *f);
void event_free(struct event *e);

#endif
