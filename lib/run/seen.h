/* SPDX-License-Identifier: MIT */
/* The keys of the deliveries in work and of the last ones handled (protocol §3, buffered deliveries). No I/O.
 *
 * All zero is empty. Keys are any bytes and are copied. */
#ifndef RELAY_RUN_SEEN_H
#define RELAY_RUN_SEEN_H

#include "base/buf.h"

enum {
    SEEN_MAX = 4096,      /* handled keys remembered */
    SEEN_BYTES = 4 << 20, /* and their length in all, so that absurd keys do not fill the memory */
};

struct seen_key;
struct seen {
    struct seen_key *open, *done;
    size_t bytes;
};

enum seen_state { SEEN_NEVER, SEEN_OPEN, SEEN_DONE };

/* What is known of a key. *owner is set for an open one. An empty key is never known, and the calls below do
 * nothing with it. */
enum seen_state seen_find(const struct seen *s, const struct buf *key, void **owner);
/* The key is in work under the owner. */
void seen_open(struct seen *s, const struct buf *key, void *owner);
/* The key is handled; the oldest ones over the maximum are forgotten. */
void seen_done(struct seen *s, const struct buf *key);
/* The key is not in work any more, if it was so under this owner. */
void seen_drop(struct seen *s, const struct buf *key, const void *owner);
void seen_free(struct seen *s);

#endif
