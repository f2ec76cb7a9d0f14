/* SPDX-License-Identifier: MIT */
/* What is stored for a link, judged before it is let into the ring: actions of workers, and what else
 * somebody may have put there. Pure. */
#ifndef RELAY_QUEUE_OUTGOING_H
#define RELAY_QUEUE_OUTGOING_H

#include "relay/frame.h"

enum outgoing_kind {
    OUTGOING_BAD,  /* it must not enter the ring; why says it */
    OUTGOING_MUTE, /* it has no result, or none that could be told from others */
    OUTGOING_OWES, /* an action: several results may be owed, as result_is_last() tells */
    OUTGOING_ONE,  /* an outbound: each of its results is the last, unless it is sent again */
};

enum { OUTGOING_ID_MAX = 1024 }; /* longest requestId, bytes of JSON: relay-send takes no longer one */

struct outgoing {
    enum outgoing_kind kind;
    struct buf line; /* on one line */
    struct buf id;   /* its requestId as text; of OUTGOING_OWES and OUTGOING_ONE */
    const char *why; /* static text */
};

/* Judges. stored: it needs a requestId if it has results. max: the longest line in bytes. All zero at first,
 * reusable; outgoing_free() at the end. */
void outgoing_read(struct outgoing *o, struct span data, bool stored, size_t max);
void outgoing_free(struct outgoing *o);

/* Whether it is the subject of an inbox, where an answer may be published: what stands in a header may be
 * anything. */
bool outgoing_is_inbox(struct span subject);

#endif
