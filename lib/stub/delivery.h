/* SPDX-License-Identifier: MIT */
/* The connector's delivery rule (protocol §8): live while a gateway serves and nothing waits in the buffer,
 * otherwise through the buffer, in order, each entry only after the ack of the one before. */
#ifndef RELAY_STUB_DELIVERY_H
#define RELAY_STUB_DELIVERY_H

#include "stub/conn.h"
#include "stub/pushback.h"
#include "stub/spool.h"

struct delivery {
    struct spool spool;
    struct buf held; /* lines that are neither inbound nor passthrough_forward, for the next gateway */
    struct conn *to; /* the gateway that shook hands; NULL: none */
    bool asleep;     /* it went idle: no deliveries are sent to it */
    const struct entry *gate; /* the entry for whose ack the next one waits */
    int64_t gate_since;       /* clock_ms() */
    bool gate_told;
    bool measured; /* report how fast each backlog is taken */
    struct pushback pushback;
    bool duplicate; /* fault: every delivery is sent twice */
    bool wanted;    /* set here: something is in the buffer of a sleeping instance, so wake it */
    size_t cut;     /* live deliveries that were lost with their gateway */
};

/* From now on, delivers to that gateway, or to none (NULL); asleep: it went idle, so it gets only other
 * frames. If the gateway has changed, the entries without an ack are delivered again. */
void delivery_target(struct delivery *d, struct conn *to, bool asleep);
/* Takes a frame (copied): delivers it, buffers it, or holds it for the next gateway. */
void delivery_take(struct delivery *d, const struct frame *f);
/* An inbound_ack came. False if no entry has that bufferId. */
bool delivery_ack(struct delivery *d, struct span id);
/* After a batch of frames: writes the buffer to the disk, then goes on delivering. */
void delivery_flush(struct delivery *d);
/* Whether live delivery is possible at this moment. */
bool delivery_live(const struct delivery *d);
/* Whether to take no more frames for now. */
bool delivery_full(const struct delivery *d);
/* The moment of clock_ms() at which an ack has been missing for `patience` ms, if that was not reported yet;
 * otherwise INT64_MAX. */
int64_t delivery_gate_due(const struct delivery *d, int64_t patience);

/* What happened to lines that did not reach their gateway: live deliveries are kept for the buffer unless a
 * part was sent; entries that are in the buffer anyway are not counted. */
struct undelivered {
    size_t kept, lost, others;
};
/* Takes back the lines, each with its '\n', of a gateway that is gone; parts of those in the first `begun`
 * bytes may have been sent. */
struct undelivered delivery_return(struct delivery *d, struct span lines, size_t begun);

/* The number of frames that will be lost with this process without having been sent. */
size_t delivery_lost(const struct delivery *d);
/* The number of deliveries that will be lost with this process, sent but not acked. */
size_t delivery_unacked(const struct delivery *d);
void delivery_close(struct delivery *d);

#endif
