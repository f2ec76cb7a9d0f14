/* SPDX-License-Identifier: MIT */
/* An inbound message on its way into the pool: which session it belongs to, and the id under which the engine
 * knows it. No I/O.
 *
 * Its id is that of the sender, so that a redelivery is recognised by any engine and any ring
 * (relay-scale(7)): G/b/BUFFERID          a buffered delivery G/m/S/MESSAGE_ID      a live one, if it is not
 * an edit G/r/NONCE/N           any other: each is a message of its own */
#ifndef RELAY_QUEUE_MESSAGE_H
#define RELAY_QUEUE_MESSAGE_H

#include <stdint.h>

#include "queue/link.h"
#include "relay/frame.h"

enum { MESSAGE_NAME_MAX = 200 }; /* longest part of a name in bytes */

struct message {
    struct message *prev, *next; /* in the queue of its session */
    struct buf session;          /* S: the session key as a token of a subject */
    struct buf line;             /* the frame, with `gateway` */
    struct buf id;               /* its Nats-Msg-Id */
    struct buf twin;             /* G/m/S/MESSAGE_ID even if it is buffered; empty: none, or an edit */
    struct buf ack;              /* the inbound_ack it owes; empty: it is live */
    bool press;                  /* of a prompt: the turn that asked may still run */
    struct buf aside;            /* why it is put aside, if it is; set by its owner */
    struct buf name;             /* for people: "message 5551 of agent:…", shortened */
};

/* A message without an id of its own gets NONCE/N: nonce differs between processes, *n counts. The caller
 * frees it with message_free(). A frame whose event is not an object is a message, too. */
struct message *message_new(const struct frame *inbound, const struct link_name *l, const char *nonce,
                            uint64_t *n);
void message_free(struct message *m);

/* Appends the session key of an inbound frame: its session_key, or else the key that protocol §6 gives to its
 * source. */
void message_key(struct buf *out, const struct frame *inbound);
/* Appends what is kept of a line that is too long: a frame of at most `most` bytes with the members that say
 * whose message it is, the beginning of its text, and "cut":true. */
void message_shorten(struct buf *out, struct span line, size_t most);

#endif
