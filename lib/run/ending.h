/* SPDX-License-Identifier: MIT */
/* What is done to a message once its fate is known: acknowledged, tried again, or kept as a dead letter. */
#ifndef RELAY_RUN_ENDING_H
#define RELAY_RUN_ENDING_H

#include "run/each.h"

/* Emits the acks that a turn and what is held for it owe, each bufferId once. */
void ending_ack(struct filter *f, const struct turn *t);
/* Ends the attempt of a turn that ran, or could not be started. value: its exit status; errno for
 * CAUSE_START. The reply of one that is done is emitted already. */
void ending_attempt(struct runner *r, struct filter *f, struct turn *t, enum fate_cause cause, int value);
/* Ends the turns that wait in a session by an interrupt; returns how many deliveries that were. */
size_t ending_waiting(struct runner *r, struct filter *f, const struct buf *key);
/* Ends a turn that the inbox has no room for: told, and kept as a dead letter if there is a file. */
void ending_refused(struct runner *r, struct filter *f, struct turn *t);

#endif
