/* SPDX-License-Identifier: MIT */
/* What a held session asks the engine, by its state (queue/hold.h). */
#ifndef RELAY_QUEUE_ASKS_H
#define RELAY_QUEUE_ASKS_H

#include "queue/held.h"

/* Sets how they ask. */
void asks_open(struct helds *all);

#endif
