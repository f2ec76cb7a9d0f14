/* SPDX-License-Identifier: MIT */
/* A turn: one inbound message on its way through a COMMAND (protocol §3, §6). No I/O.
 *
 * A turn owns a copy of its frame and, while it runs or waits, the redeliveries held for it. */
#ifndef RELAY_RUN_TURN_H
#define RELAY_RUN_TURN_H

#include <stdint.h>

#include "relay/frame.h"

struct session;

enum { TURN_NAME_MAX = 200 }; /* longest part of a name in bytes */

struct turn {
    struct turn *prev, *next; /* in its session's queue, or in a list of held ones */
    struct turn *held;        /* redeliveries of this message, in order */
    struct session *session;  /* set while it is in an inbox */
    struct request *requests; /* made for it and without their last result (run/requests.h) */
    int64_t row;              /* its number in the inbox of --inbox; 0: it is not in one */
    bool eyes;                /* the reaction that says that it is worked on is at the message */
    bool shown;               /* something of its answer is in the chat: it does not run again */
    int attempt;              /* the number of its current or last run; 0: it has not run */
    int attempts;             /* from a queue: its most runs; 0: not known */
    unsigned made, asked;     /* requests and prompts that were named for it */
    struct buf line;          /* the frame */
    /* JSON text in line; p is NULL if the frame has none */
    struct span event, source, session_key, bot;
    struct span gateway;  /* the link it came by, if it has come through a queue */
    struct span delivery; /* … and its bufferId: who fetched it from the queue waits for its end */
    struct buf key; /* identifies the session: session_key, or else platform and chat; behind its gateway */
    struct buf id;  /* message_id as text; empty: none */
    bool acked;     /* an ack was emitted for it */
    struct buf ack; /* the inbound_ack it owes; empty: it is live, or acknowledged */
    struct buf buffer;  /* identifies a redelivery: the bufferId; empty: none */
    struct buf message; /* … or session and message id; empty: none, or an edit */
    struct buf files;   /* the paths of its files, one a line; empty: none were fetched (run/fetch.h) */
};

/* Appends what identifies a session: its session_key, of the gateway, both JSON text; gateway.p is NULL if
 * the frame does not name one. */
void turn_key(struct buf *out, struct span gateway, struct span session_key);
/* The gateway that a frame names; {NULL, 0}: none. */
struct span turn_gateway(const struct frame *fr);
/* The bufferId of a message that came through a queue; {NULL, 0}: it did not. */
struct span turn_delivery(const struct frame *fr);
/* Makes a turn from a copy of an inbound frame; free it with turn_free(). NULL if its event is not an object,
 * that is, if there is no message. */
struct turn *turn_new(const struct frame *inbound);
/* Frees the turn and those it holds; NULL is allowed. */
void turn_free(struct turn *t);

/* Appends a name of the message for people: "message 5551 of agent:…", shortened. */
void turn_name(struct buf *out, const struct turn *t);
/* Appends a name of its session, shortened. */
void turn_session(struct buf *out, const struct turn *t);
/* Whether the turn belongs to the session with that key. */
bool turn_is_of(const struct turn *t, const struct buf *key);

#endif
