/* SPDX-License-Identifier: MIT */
/* The frames that actions become (protocol §2: outbound, interrupt).
 *
 * Pure. Spans are borrowed, and are JSON text that json/json.h has accepted, unless stated otherwise. */
#ifndef RELAY_SEND_OUTBOUND_H
#define RELAY_SEND_OUTBOUND_H

#include <stdbool.h>

#include "json/json.h"

enum { OUTBOUND_NAME_MAX = 1024 }; /* longest requestId, platform or botId of an action, bytes of JSON */

/* An outbound frame to be built. */
struct outbound {
    struct span id;     /* requestId, a JSON string */
    unsigned long part; /* from 2 on, "/part" is appended to the id */
    struct span action; /* the action's object */
    bool lift;          /* leave out its requestId, platform, botId and delivery, which belong to the frame */
    struct span content;       /* replaces its content; NULL: nothing does */
    bool no_reply_to;          /* leave out its reply_to */
    struct span platform, bot; /* the frame's platform and botId; NULL: none */
    struct span delivery; /* the message for which it was made, for the stages of this ring; NULL: none */
    struct span refused;  /* why it must not be sent, plain text; NULL: it may */
};

/* Takes those of the action's members that belong to the frame: requestId, platform, botId
 * and delivery, if given.
 * False if one of them is not a string or is over OUTBOUND_NAME_MAX: the reason, plain text, is appended to
 * *why. */
bool outbound_lift(struct outbound *o, const struct json_members *action, struct buf *why);

/* Appends the requestId of the frame, JSON text. */
void outbound_id(struct buf *out, const struct outbound *o);
/* Appends the frame, without '\n' (protocol §2). */
void outbound_build(struct buf *out, const struct outbound *o);

/* Appends the interrupt frame, without '\n', for an action with op interrupt that action_check() has
 * accepted.
 */
void interrupt_build(struct buf *out, struct span action);

#endif
