/* SPDX-License-Identifier: MIT */
/* Memory that lives as long as one line: taken piece by piece, never moved, given back all at once.
 *
 * Owns all of its pieces. An all-zero arena is empty; call arena_free() at the end. Running out of memory
 * ends the process, as in base/buf. */
#ifndef RELAY_BASE_ARENA_H
#define RELAY_BASE_ARENA_H

#include "base/buf.h"

struct arena {
    char *next;
    size_t left;
    struct arena_block *blocks; /* the newest first */
};

/* Takes n bytes, aligned for any type and uninitialised. They stay in place until arena_reset(). */
void *arena_alloc(struct arena *a, size_t n);
/* Both copy bytes into the arena and return the copy: those of a span; those of a buffer, which is emptied.
 */
struct span arena_copy(struct arena *a, struct span s);
struct span arena_take(struct arena *a, struct buf *b);
/* Gives all pieces back, but keeps the memory for the next ones. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
