/* SPDX-License-Identifier: MIT */
/* A message of the pool as COMMAND gets it, and the note about the tries of one. No I/O. */
#ifndef RELAY_QUEUE_GIVEN_H
#define RELAY_QUEUE_GIVEN_H

#include "queue/hold.h"
#include "run/turn.h"

struct given {
    struct buf id; /* its DELIVERY: the Nats-Msg-Id under which it was stored */
    uint64_t seq;
    struct turn *turn; /* NULL: what is stored is not a message */
    struct buf raw;    /* … then these are its bytes */
    unsigned n;        /* actions stored for it */
};

/* Reads what was found: its bytes, its Nats-Msg-Id (p is NULL if it has none) and its sequence. */
void given_read(struct given *g, struct span line, struct span id, uint64_t seq);
void given_free(struct given *g);
/* Its bytes as they were stored. */
struct span given_line(const struct given *g);
/* Appends the name of the gateway, JSON text: what the frame says if that has this token of a subject, else
 * what the token says. Who may write to one gateway's subjects must not speak for another. */
void given_gateway(struct buf *out, struct span frame, struct span token);
/* Appends the frame for COMMAND: with bufferId, attempt, attempts and the gateway, whose token it is. */
void given_frame(struct buf *out, const struct given *g, struct span gateway, int attempt, int attempts);
/* Appends the interrupt_inbound frame for its session. */
void given_interrupt(struct buf *out, const struct given *g, struct span gateway);
/* Appends the Nats-Msg-Id of its action number n, and the requestId made from that, JSON text. */
void given_action_id(struct buf *out, const struct given *g, unsigned n);
void given_request_id(struct buf *out, struct span action_id);

/* The sequence of the press that the hint of a ring is about; 0: it is not such a hint. JSON text. */
uint64_t hint_read(struct span text);

/* Appends the note; and back: id gets the message's. False: it is not a note. */
void note_build(struct buf *out, struct span id, const struct hold_note *n);
bool note_read(struct hold_note *n, struct buf *id, struct span text);

#endif
