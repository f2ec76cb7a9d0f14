/* SPDX-License-Identifier: MIT */
/* Turns that wait in the inbox come into memory, some of each session at a time; old ones are pruned. */
#ifndef RELAY_RUN_REFILL_H
#define RELAY_RUN_REFILL_H

#include "run/durable.h"

/* Fetches turns for every session that has none in memory, and prunes if it is time. False: the database
 * refused. */
bool refill(struct runner *r, struct filter *f);
/* A turn made from a row, or NULL: its frame is damaged. */
struct turn *refill_turn(const struct store_turn *row);

#endif
