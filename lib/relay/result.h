/* SPDX-License-Identifier: MIT */
/* The result of an outbound (protocol §3, §4), and the local marks that say whether another one follows.
 *
 * In a ring, relay-send marks an outbound before relay-dial takes it: MORE, it is a part of a text and not
 * the last one; AGAIN, it is sent again after a refusal with a retry_after. relay-dial takes the marks off
 * before the wire and puts them on the results of that request, so that a stage before relay-send can tell
 * whether it has seen the last one (relay-frames(5)). */
#ifndef RELAY_RELAY_RESULT_H
#define RELAY_RELAY_RESULT_H

#include <stdint.h>

#include "relay/frame.h"

enum {
    RESULT_MORE = 1,          /* the member "more":true */
    RESULT_AGAIN = 2,         /* the member "again":true */
    RESULT_PATIENCE = 600000, /* ms: the longest retry_after that is respected */
};

/* The marks of an outbound or outbound_result frame. */
unsigned result_marks(const struct frame *f);
/* Whether the frame has a member with the name of a mark, whatever its value. */
bool result_is_marked(const struct frame *f);
/* Appends the frame's line with exactly these marks. */
void result_mark(struct buf *out, const struct frame *f, unsigned marks);

/* The requestId of the action whose part has that id, both as text: ID of ID/2. Part of the same bytes; the
 * whole if it is not the id of a part. */
struct span result_whole_id(struct span id);

/* Appends the line of an outbound or interrupt as it goes over the wire: without its marks and the other
 * member that is local, `delivery`. False, and nothing is appended: it has none of them. */
bool result_unmark(struct buf *out, const struct frame *f);

/* Appends an outbound_result that is made on this side of the link, without '\n'. Both are JSON text. */
void result_build(struct buf *out, struct span id, struct span result);

struct result {
    struct span id, result, error; /* requestId, result and result.error, JSON text; {NULL, 0}: missing */
    bool success, ambiguous;
    bool declined;       /* refused for the sake of security: never tried again */
    int64_t retry_after; /* ms; -1: none, or not a plausible one */
    unsigned marks;
};

/* Reads an outbound_result frame. The spans point into its line. */
void result_read(struct result *r, const struct frame *f);
/* Whether it is a refusal after which the request is sent again, if its sender does that at all. */
bool result_invites(const struct result *r);
/* Whether the request is sent again after this result: it is not what became of the request. */
bool result_repeats(const struct result *r);
/* Whether this is the last result for its action: it is neither sent again, nor does another part of its text
 * follow. After a definite refusal of a part, relay-send holds back the rest. */
bool result_is_last(const struct result *r);

#endif
