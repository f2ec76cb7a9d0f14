/* SPDX-License-Identifier: MIT */
/* A turn: one inbound message on its way through a COMMAND (protocol §3, §6). No I/O.
 *
 * A turn owns a copy of its frame and, while it runs or waits, the redeliveries held for it. */
#ifndef RELAY_RUN_TURN_H
#define RELAY_RUN_TURN_H

#include "relay/frame.h"

struct queue;

enum { TURN_NAME_MAX = 200 }; /* longest part of a name in bytes */

struct turn {
    struct turn *next;                      /* in its session's queue, or in a list of held ones */
    struct turn *held;                      /* redeliveries of this message, in their order */
    struct queue *queue;                    /* set while it is in a queue or runs */
    struct buf line;                        /* the frame */
    struct span event, source, session_key; /* JSON text in line; p is NULL where the frame has none */
    struct buf key;     /* names the session: session_key, or platform and chat where there is none */
    struct buf id;      /* message_id as text; empty: none */
    struct buf ack;     /* the inbound_ack it owes; empty: it is live */
    struct buf buffer;  /* what tells a redelivery: the bufferId; empty: none */
    struct buf message; /* and platform, chat and message id; empty: none, or an edit */
};

/* Copies an inbound frame. NULL where its event is no object, so that there is no message. */
struct turn *turn_new(const struct frame *inbound);
/* Frees the turn and those held; NULL is fine. */
void turn_free(struct turn *t);

/* Appends what tells people which message it is: "message 5551 of agent:…", shortened. */
void turn_name(struct buf *out, const struct turn *t);
bool turn_is_of(const struct turn *t, const struct buf *key);

/* Appends the send action (protocol §4) that answers in the message's chat and thread; reply_to: as a reply
 * to the message. The text must be UTF-8. */
void turn_reply(struct buf *out, const struct turn *t, struct span text, bool reply_to);
/* Appends the typing action for the chat and thread. */
void turn_typing(struct buf *out, const struct turn *t);
/* Appends an action of the COMMAND: as it is where it says where to go, otherwise with the chat and thread
 * (of a follow_up: the session_key) of the message. */
void turn_address(struct buf *out, const struct turn *t, const struct frame *action);

#endif
