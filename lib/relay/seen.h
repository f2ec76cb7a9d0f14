/* SPDX-License-Identifier: MIT */
/* Deduplication: the keys of the deliveries being worked on and of those handled last (protocol §3, buffered
 * deliveries). No I/O.
 *
 * All zero is empty; call seen_free() at the end. Keys may be any bytes, and are copied. */
#ifndef RELAY_RELAY_SEEN_H
#define RELAY_RELAY_SEEN_H

#include "base/buf.h"

enum {
    SEEN_MAX = 4096,      /* handled keys remembered */
    SEEN_BYTES = 4 << 20, /* … and their total length, so that absurd keys do not fill the memory */
};

struct seen_key;
struct seen {
    struct seen_key *open, *done;
    size_t bytes;
};

enum seen_state { SEEN_NEVER, SEEN_OPEN, SEEN_DONE };

/* What is known about a key; *owner is set for an open one. An empty key is never known, and the functions
 * below ignore it. */
enum seen_state seen_find(const struct seen *s, const struct buf *key, void **owner);
/* The key is being worked on by the owner, which is borrowed. */
void seen_open(struct seen *s, const struct buf *key, void *owner);
/* The key is handled; the oldest ones over the maximum are forgotten. */
void seen_done(struct seen *s, const struct buf *key);
/* The key is no longer being worked on, if it was open under this owner. */
void seen_drop(struct seen *s, const struct buf *key, const void *owner);
void seen_free(struct seen *s);

#endif
