/* SPDX-License-Identifier: MIT */
/* The frames that actions become (protocol §2: outbound, interrupt).
 *
 * Pure. Spans are JSON text that json.h has accepted, unless said otherwise, and stay their owner's. */
#ifndef RELAY_SEND_OUTBOUND_H
#define RELAY_SEND_OUTBOUND_H

#include <stdbool.h>

#include "json/json.h"

enum { OUTBOUND_NAME_MAX = 1024 }; /* longest requestId, platform or botId of an action, bytes of JSON */

/* One outbound frame to be. */
struct outbound {
    struct span id;            /* requestId, a JSON string */
    unsigned long part;        /* from 2 on: "/part" is appended to the id */
    struct span action;        /* the action's object; without */
    bool lift;                 /* … its requestId, platform and botId, which belong to the frame */
    struct span content;       /* takes the place of its content; NULL: nothing does */
    bool no_reply_to;          /* leaves its reply_to out */
    struct span platform, bot; /* the frame's platform and botId; NULL: none */
    struct span refused;       /* why it must not be sent, plain text; NULL: it may */
};

/* Takes from the action's members what belongs to the frame: requestId, platform and botId, if given. False
 * if one of them is not a string or is over OUTBOUND_NAME_MAX: the reason, plain text, is appended to *why.
 */
bool outbound_lift(struct outbound *o, const struct json_members *action, struct buf *why);

/* Appends the requestId that the frame has, JSON text. */
void outbound_id(struct buf *out, const struct outbound *o);
/* Appends the frame, without '\n' (protocol §2). */
void outbound_build(struct buf *out, const struct outbound *o);

/* Appends the interrupt frame made of an action with op interrupt that action_check() has accepted. */
void interrupt_build(struct buf *out, struct span action);

#endif
