/* SPDX-License-Identifier: MIT */
/* The order in which frames leave for a chat, in a ring, where each frame's result comes by. No I/O, no
 * clock.
 *
 * Three rules. The next part of a text leaves when the result of the part before it has come, and never if
 * that was a definite refusal. A frame refused with a retry_after is sent again after that time under the
 * same requestId, at most ORDER_TRIES times. Frames behind a waiting frame of the same chat wait too.
 * Everything else leaves at once: two texts of one part each do not wait for each other. An ambiguous result
 * counts as a good one.
 *
 * Owns copies of the frames from order_add() to their last result. A chat's queue holds the waiting frames in
 * the order of order_add(), and before them the one frame under way for which they wait. */
#ifndef RELAY_SEND_ORDER_H
#define RELAY_SEND_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    ORDER_TRIES = 5, /* most times a frame is sent again */
    ORDER_BYTES = 64 * 1024 *
                  1024, /* of copies; beyond that, new frames leave at once and are not sent again */
};

/* One outbound frame. */
struct order_frame {
    struct span line; /* without '\n' */
    struct span id;   /* its requestId, JSON text */
    struct span chat; /* the chat whose order it keeps, any text; n 0: none, it leaves at once */
    bool more;        /* it is a part of a text, and not the last one */
    bool part;        /* it is a part of the same text as the frame added before it */
};

/* What a result means for the frames that wait. */
enum order_result {
    ORDER_GOOD,  /* a success, or ambiguous: waiting frames may go on */
    ORDER_BAD,   /* refused, for good */
    ORDER_LATER, /* refused, to be sent again after some time */
};

struct order *order_new(void);
void order_free(struct order *o);

/* Adds a frame. True: the caller sends it at once; false: order_next() will return it. */
bool order_add(struct order *o, const struct order_frame *f);
/* The next frame that may leave at the moment `now` (ms): its line, its id and whether more parts follow;
 * false: none. The spans are valid until the next call. */
bool order_next(struct order *o, int64_t now, struct order_frame *f);
/* The result of a frame has come; `after`: the delay for ORDER_LATER, in ms. Returns how many parts of the
 * same text were dropped because of it. */
size_t order_settle(struct order *o, struct span id, enum order_result r, int64_t after, int64_t now);
/* Whether the frame with that id would be sent again if its result were ORDER_LATER, after that many ms. */
bool order_repeats(struct order *o, struct span id, int64_t after);

/* Whether nothing in the chat is ahead of the frame with that id, added or not. */
bool order_is_first(const struct order *o, struct span chat, struct span id);

/* No further results will come: all waiting frames may leave, those of each chat in order. */
void order_release(struct order *o);

/* The number of frames that wait. */
size_t order_waiting(const struct order *o);
/* The moment the next one may leave by itself, or INT64_MAX. */
int64_t order_due(const struct order *o);

#endif
