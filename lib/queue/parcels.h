/* SPDX-License-Identifier: MIT */
/* What an action of COMMAND becomes on its way into the pool (relay-scale(7)). No I/O. */
#ifndef RELAY_QUEUE_PARCELS_H
#define RELAY_QUEUE_PARCELS_H

#include "queue/outbox.h"
#include "run/turn.h"

/* Whether it is stored. What only matters now is not: a typing sign, and a text that grows further. */
bool parcel_is_kept(const struct frame *fr);
/* Fills in the line and the request of the parcel whose id is set: without `delivery` and `gateway`, at the
 * address of the message (t, NULL: none) if the action has none, and with a requestId made from the id if it
 * has none and is kept. Returns NULL, or why it cannot be taken. */
const char *parcel_fill(struct parcel *p, const struct frame *fr, const struct turn *t, bool kept);

#endif
