/* SPDX-License-Identifier: MIT */
/* The connector's delivery rule (protocol §8): live while a gateway serves and nothing waits in the buffer,
 * otherwise through the buffer, in order, each entry only after the ack of the one before. */
#ifndef RELAY_STUB_DELIVERY_H
#define RELAY_STUB_DELIVERY_H

#include "stub/conn.h"
#include "stub/spool.h"

struct delivery {
    struct spool spool;
    struct buf held; /* lines that are neither inbound nor passthrough_forward, for the next gateway */
    struct conn *to; /* the gateway that shook hands; NULL: none */
    bool asleep;     /* it went idle: nothing is delivered to it */
    const struct entry *gate; /* the entry whose ack the next one waits for */
    int64_t gate_since;       /* clock_ms() */
    bool gate_told;
    bool duplicate; /* fault: every delivery is sent twice */
    bool wanted;    /* out: something is in the buffer of an instance that sleeps: time to wake it */
    size_t cut;     /* live deliveries that were lost with their gateway */
};

/* Delivers to that gateway from now on, or to none; asleep: it went idle, it gets other frames only. If it is
 * not the one so far, the entries without an ack come again. */
void delivery_target(struct delivery *d, struct conn *to, bool asleep);
/* Takes a frame. */
void delivery_take(struct delivery *d, const struct frame *f);
/* An inbound_ack came. False if no entry has that bufferId. */
bool delivery_ack(struct delivery *d, struct span id);
/* After a batch of frames: writes the buffer to the disk, then goes on delivering. */
void delivery_flush(struct delivery *d);
/* Whether live delivery is possible at this moment. */
bool delivery_live(const struct delivery *d);
/* Whether to take no more frames for now. */
bool delivery_full(const struct delivery *d);
/* The moment of clock_ms() at which a gate has been shut for so many ms and that has not been told, or
 * INT64_MAX. */
int64_t delivery_gate_due(const struct delivery *d, int64_t patience);

/* What became of lines that did not get to their gateway: live deliveries are kept, for the buffer, unless a
 * part was sent; what is in the buffer anyway is not counted. */
struct undelivered {
    size_t kept, lost, others;
};
/* Takes back the lines, each with its '\n', of a gateway that is gone; of those in the first `begun` bytes a
 * part may have been sent. */
struct undelivered delivery_return(struct delivery *d, struct span lines, size_t begun);

/* Frames that end with this process without having been sent to anyone. */
size_t delivery_lost(const struct delivery *d);
/* Deliveries that end with this process, sent but not acked. */
size_t delivery_unacked(const struct delivery *d);
void delivery_close(struct delivery *d);

#endif
