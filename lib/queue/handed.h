/* SPDX-License-Identifier: MIT */
/* The requestIds that were emitted: those that wait for results, and the last of the others, so that no
 * action is emitted twice (relay-scale(7)): the pool's own deduplication has gaps. No I/O.
 *
 * All zero is empty; call handed_free() at the end. */
#ifndef RELAY_QUEUE_HANDED_H
#define RELAY_QUEUE_HANDED_H

#include <stddef.h>

#include "base/buf.h"

enum { HANDED_MAX = 4096 }; /* those that do not wait any longer */

/* What became of a request. */
enum handed_state { HANDED_OPEN, HANDED_GOOD, HANDED_REFUSED, HANDED_UNKNOWN };

struct handed {
    struct handed_id *table, *over; /* over: oldest first */
    size_t n_over;
};

struct handed_id;

struct handed_id *handed_find(const struct handed *a, struct span id);
/* The same for the id of a result: ID/2 is that of a part of ID. */
struct handed_id *handed_find_result(const struct handed *a, struct span id);
/* Enters an id that is not there. owner: borrowed. */
struct handed_id *handed_open(struct handed *a, struct span id, void *owner);
enum handed_state handed_state(const struct handed_id *q);
/* Of an open one. */
void *handed_owner(const struct handed_id *q);
/* Its last result has come; the oldest of those over the maximum are forgotten. */
void handed_close(struct handed *a, struct handed_id *q, enum handed_state state);
/* An open one, as if it had not been there. */
void handed_drop(struct handed *a, struct handed_id *q);
void handed_free(struct handed *a);

#endif
