/* SPDX-License-Identifier: MIT */
/* The order in which frames leave for a chat, in a ring, where each one's result comes by. No I/O, no clock.
 *
 * Three rules. The next part of a text leaves when the result of the part before it has come, and never if
 * that was a definite refusal. A refusal with a retry_after is sent again after that time under its
 * requestId, at most ORDER_TRIES times. What is behind a frame that waits, in its chat, waits too. All else
 * leaves at once: two texts of one part each do not wait for each other. A result that is ambiguous counts as
 * one that is good.
 *
 * Owns copies of the frames from order_add() to their last result. A chat's queue holds, in the order of
 * order_add(), what waits, and in front of it the one frame under way that it waits for. */
#ifndef RELAY_SEND_ORDER_H
#define RELAY_SEND_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    ORDER_TRIES = 5,         /* times a frame is sent again */
    ORDER_PATIENCE = 600000, /* ms: the longest retry_after that is waited for */
    ORDER_BYTES = 64 * 1024 *
                  1024, /* of copies; over that, what comes leaves at once and is not sent again */
};

/* One outbound frame. */
struct order_frame {
    struct span line; /* without '\n' */
    struct span id;   /* its requestId, JSON text */
    struct span chat; /* whose order it keeps: any text; n 0: none's, it leaves at once */
    bool more;        /* a part of a text that is not the last one */
    bool part;        /* a part of the text of the frame added before it */
};

/* What a result means for what waits. */
enum order_result {
    ORDER_GOOD,  /* a success, or ambiguous: what waits goes on */
    ORDER_BAD,   /* refused, for good */
    ORDER_LATER, /* refused, to be sent again after some time */
};

struct order *order_new(void);
void order_free(struct order *o);

/* Adds a frame. True: it leaves at once; false: order_next() will have it. */
bool order_add(struct order *o, const struct order_frame *f);
/* The next frame that may leave at the moment `now` (ms); false: none. The line is valid until the next call.
 */
bool order_next(struct order *o, int64_t now, struct span *line);
/* The result of a frame has come; `after`: for ORDER_LATER, in ms. Returns how many parts of the same text
 * are held back for good because of it: they are gone. */
size_t order_settle(struct order *o, struct span id, enum order_result r, int64_t after, int64_t now);
/* Whether the frame of that id will be sent again, if its result is ORDER_LATER. */
bool order_repeats(struct order *o, struct span id, int64_t after);

/* No further results will come: all that waits may leave, each chat's in its order. */
void order_release(struct order *o);

/* Frames that wait. */
size_t order_waiting(const struct order *o);
/* The moment the next one may leave by itself, or INT64_MAX. */
int64_t order_due(const struct order *o);

#endif
