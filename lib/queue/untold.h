/* SPDX-License-Identifier: MIT */
/* Results on their way to workers: what cannot be published now, because the connection is lost, waits. */
#ifndef RELAY_QUEUE_UNTOLD_H
#define RELAY_QUEUE_UNTOLD_H

#include "queue/bus.h"

/* Set bus, all else zero; call untold_free() at the end. */
struct untold {
    struct bus *bus;
    struct untold_one *list;
};

/* Publishes a line to a worker's subject, or keeps it until untold_go() can. An empty subject: nobody. */
void untold_tell(struct untold *u, const struct buf *subject, struct span line);
/* Tells a result that is made here, for the action with that text; without a requestId, nothing. */
void untold_make(struct untold *u, const struct buf *subject, struct span action, const char *result);
void untold_go(struct untold *u);
void untold_free(struct untold *u);

#endif
