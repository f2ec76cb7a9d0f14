/* SPDX-License-Identifier: MIT */
/* All sessions that this worker holds. */
#ifndef RELAY_QUEUE_HELDS_H
#define RELAY_QUEUE_HELDS_H

#include "queue/held.h"

/* The session with that key ("G.S"), also a lost one, but none that is being left; NULL: there is none. */
struct held *helds_find(const struct helds *all, struct span key);
/* The one of which COMMAND has the message with that id (JSON text), also a lost one; or NULL. *press: the
 * press of it that is meant, or NULL: its message in hand. */
struct held *helds_given(const struct helds *all, struct span id, struct press **press);
/* How many take a slot; how many are not given back; of how many COMMAND has a message. */
size_t helds_slots(const struct helds *all);
size_t helds_open(const struct helds *all);
size_t helds_running(const struct helds *all);
/* The one that runs, or is to run, while nothing else does; NULL: there is none. */
struct held *helds_alone(const struct helds *all);
/* That happens to all of them: HOLD_STOPPED, HOLD_QUIT. */
void helds_event(struct helds *all, enum hold_event e);
/* Gives all back that are not being left. */
void helds_return(struct helds *all);
/* What is due; call it in each turn of the loop. */
void helds_tick(struct helds *all, int64_t now);
/* The moment at which something is due, or INT64_MAX. */
int64_t helds_until(const struct helds *all);
void helds_free(struct helds *all);

#endif
