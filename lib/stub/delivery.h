/* SPDX-License-Identifier: MIT */
/* The connector's delivery rule (protocol §8): live while a gateway serves and nothing waits in the buffer,
 * otherwise through the buffer, in order, each entry only after the ack of the one before. */
#ifndef RELAY_STUB_DELIVERY_H
#define RELAY_STUB_DELIVERY_H

#include "stub/server.h"
#include "stub/spool.h"

struct delivery {
    struct spool spool;
    struct buf held; /* lines that are neither inbound nor passthrough_forward, for the next gateway */
    struct conn *to; /* the gateway that shook hands; NULL: none */
    bool asleep;     /* it went idle: nothing is delivered to it */
    const struct entry *gate; /* the entry whose ack the next one waits for */
    bool duplicate;           /* fault: every delivery is sent twice */
};

/* Delivers to that gateway from now on, or to none; the entries without an ack come again. */
void delivery_target(struct delivery *d, struct conn *to);
/* Nothing is delivered to the present gateway any more. */
void delivery_sleep(struct delivery *d);
/* Takes a frame. True when it is in the buffer of an instance that sleeps: time to wake it. */
bool delivery_take(struct delivery *d, const struct frame *f);
/* An inbound_ack came. False where no entry has that bufferId. */
bool delivery_ack(struct delivery *d, struct span id);
/* After a batch of frames: writes the buffer to the disk, then goes on delivering. */
void delivery_flush(struct delivery *d);
/* Whether live delivery is possible at this moment. */
bool delivery_live(const struct delivery *d);
/* Whether to take no more frames for now. */
bool delivery_full(const struct delivery *d);
/* Frames that end with this process without having been sent to anyone. */
size_t delivery_lost(const struct delivery *d);
/* Deliveries that end with this process, sent but not acked. */
size_t delivery_unacked(const struct delivery *d);
void delivery_close(struct delivery *d);

#endif
