/* SPDX-License-Identifier: MIT */
/* What happens to the messages of an inbox: each call is an entry in the journal, whose effect follows once
 * it is written (run/effect.h). */
#ifndef RELAY_RUN_EVENTS_H
#define RELAY_RUN_EVENTS_H

#include "relay/result.h"
#include "run/each.h"
#include "run/journal.h"

/* What the results of a request, and of its parts, were so far: struct request, known. */
enum { WAS_SENT = 1, WAS_REFUSED = 2, WAS_UNSENT = 4, WAS_AMBIGUOUS = 8, IS_KEPT = 16 };

/* An event of a stored turn that ran; reason: in words, or {NULL, 0}; at: when it may run again, in ms of
 * clock_ms(). What follows from it happens once it is written; until then the turn belongs to its session. */
void events_move(struct runner *r, struct turn *t, enum turn_event event, struct span reason, int64_t at);
/* A result of a request of a stored turn. */
void events_result(struct runner *r, struct request *q, const struct result *result, const struct frame *fr);
/* A session was interrupted; stopped: one of its turns ran; word: the message that did it, which is handled
 * then and belongs to the journal, or NULL. */
void events_interrupt(struct runner *r, const struct buf *key, bool stopped, struct turn *word);
/* Whether messages of the session wait. */
bool events_waits(const struct runner *r, const struct buf *key);
/* For struct requests; ctx: a struct journal. An action of a stored turn goes out once it is written. */
void events_keep(void *ctx, struct turn *t, struct buf *action, struct request *q);

#endif
