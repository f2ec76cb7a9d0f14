/* SPDX-License-Identifier: MIT */
/* The frames that were taken but not handed to a connection yet, in order. They outlive a connection: the
 * next one gets them. A frame that is answered meanwhile is removed, so an answered request is never sent. */
#ifndef RELAY_DIAL_LINES_H
#define RELAY_DIAL_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

struct line {
    uint64_t number;      /* counted up from 1 */
    enum frame_type type; /* FRAME_LINK: removed */
    size_t n;
};

/* All zero is the empty queue; lines_free() at the end. Owns its copies of the text. */
struct lines {
    struct buf text; /* of the frames, one after the other, from offset `off` on */
    size_t off;
    struct line *q; /* valid from index `from` on */
    size_t from, n, cap;
    uint64_t last; /* number of the newest one */
};

/* Appends a copy of the frame (without '\n') and returns its number. */
uint64_t lines_add(struct lines *l, enum frame_type type, struct span text);
/* Removes the frame of that number; does nothing if it has left the queue. */
void lines_cancel(struct lines *l, uint64_t number);
/* Takes the oldest frame out of the queue; *text is valid until the next lines_add(). False if there is none.
 */
bool lines_next(struct lines *l, struct line *line, struct span *text);
/* Bytes in the queue. */
size_t lines_pending(const struct lines *l);
void lines_free(struct lines *l);

#endif
