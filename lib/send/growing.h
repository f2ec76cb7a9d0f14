/* SPDX-License-Identifier: MIT */
/* A text that is shown in a chat while it grows: which message to send or to edit next. No I/O, no clock.
 *
 * One request at a time is under way. A message is edited under the id that the result of its send gave; a
 * text that is too long for one message goes on in the next, and the end of a message that has a next one
 * stays where it is. A request that is refused for a time waits, and then shows the newest text. What else
 * can happen to a request decides between two laws: nothing is shown twice, and what is missing is marked.
 *
 * - A send whose fate is unknown is not repeated, and its message cannot be edited: the text after it goes on
 *   in the next message, which begins with LAYOUT_MARK.
 * - An edit whose fate is unknown is made again, as another request: it cannot make a second copy.
 * - After a refusal nothing is shown until the text is whole; then it is tried once more. If the last message
 *   still cannot be edited, the text after it goes on in the next message. If a message still cannot be sent,
 *   the last one is edited to end with LAYOUT_MARK.
 * - After a refusal for security's sake nothing more of the text is sent; the last message gets the mark.
 * - Of a text that is cut off before any of it is shown, nothing is shown. */
#ifndef RELAY_SEND_GROWING_H
#define RELAY_SEND_GROWING_H

#include <stdint.h>

#include "send/layout.h"

enum { GROWING_TRIES = 5 }; /* most times in a row that a request is made again */

struct growing_rule {
    struct split_rule split; /* split_possible() must be true for each text */
    bool edits;              /* messages can be edited; if not, a message is sent for each paragraph */
};

struct growing_request {
    bool edit;           /* a message is edited, not sent */
    bool first;          /* it is the first message */
    bool last;           /* the text will not grow further */
    unsigned long part;  /* the number of the request, from 1; one that was refused for a time keeps it */
    struct span message; /* the id of the message to edit */
    struct span content;
};

enum growing_result {
    GROWING_GOOD,
    GROWING_UNSURE,   /* its fate is unknown */
    GROWING_LATER,    /* refused for a time */
    GROWING_BAD,      /* refused */
    GROWING_DECLINED, /* refused for security's sake: never tried in another way */
};

enum growing_state {
    GROWING_ON,      /* it grows, or a request is under way or to be made */
    GROWING_SHOWN,   /* the whole text is in the chat */
    GROWING_DOUBT,   /* … if those requests succeeded whose fate is unknown */
    GROWING_REFUSED, /* some of it is not */
    GROWING_NOTHING, /* it was cut off before any of it was shown */
};

struct growing;
struct growing *growing_new(const struct growing_rule *r);
void growing_free(struct growing *g);

/* The text is that by now (valid UTF-8; white space at its end does not count): it begins with the one
 * before.
 */
void growing_text(struct growing *g, struct span text, enum layout_end end);
/* The request to make at the moment `now` (ms): it is under way then. The spans are valid until the next
 * call. False: none. */
bool growing_next(struct growing *g, int64_t now, struct growing_request *r);
/* What became of the request under way. message: the id of the message that was sent; n 0: there is none. at:
 * for GROWING_LATER, the moment from which it may be made again. */
void growing_settle(struct growing *g, enum growing_result r, struct span message, int64_t at);

/* No further text comes: the text given last ends like that. */
void growing_end(struct growing *g, enum layout_end end);

enum growing_state growing_state(const struct growing *g);
/* The number of the request that is under way, or 0. */
unsigned long growing_waits(const struct growing *g);
/* The moment until which growing_next() returns nothing because of a refusal; INT64_MAX: none. */
int64_t growing_due(const struct growing *g);
/* The ids of the messages, the first one at 0; n 0: it is not known; p NULL: there are no more. */
struct span growing_message(const struct growing *g, size_t i);

#endif
