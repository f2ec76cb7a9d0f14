/* SPDX-License-Identifier: MIT */
/* The frames that were taken and that no connection was handed yet, in order. They outlive a connection: the
 * next one gets them. One that is answered meanwhile is taken out again, so an answered request is never
 * sent. */
#ifndef RELAY_DIAL_LINES_H
#define RELAY_DIAL_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

struct line {
    uint64_t number;      /* counted up from 1 */
    enum frame_type type; /* FRAME_LINK: taken out again */
    size_t n;
};

/* All zero is the empty queue; lines_free() at the end. Owns its copies of the text. */
struct lines {
    struct buf text; /* of the frames from `off` on, one after the other */
    size_t off;
    struct line *q; /* from `from` on */
    size_t from, n, cap;
    uint64_t last; /* number of the newest one */
};

/* Appends a copy of the frame (without '\n') and returns its number. */
uint64_t lines_add(struct lines *l, enum frame_type type, struct span text);
/* Takes out the frame of that number; nothing when it has left the queue. */
void lines_cancel(struct lines *l, uint64_t number);
/* Takes the oldest frame out of the queue: its text, valid until the next lines_add(). False when there is
 * none. */
bool lines_next(struct lines *l, struct line *line, struct span *text);
/* Bytes in the queue. */
size_t lines_pending(const struct lines *l);
void lines_free(struct lines *l);

#endif
