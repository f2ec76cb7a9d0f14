/* SPDX-License-Identifier: MIT */
/* What happens to a message once its fate is known: it is acknowledged, tried again, or kept as a dead
 * letter.
 */
#ifndef RELAY_RUN_ENDING_H
#define RELAY_RUN_ENDING_H

#include "run/each.h"

/* Emits the acks that are still owed for a turn and the redeliveries held for it, each bufferId once. */
void ending_ack(struct filter *f, struct turn *t);
/* Emits the nack for a delivery, JSON text. */
void ending_nack_of(struct filter *f, struct span delivery, int status);
/* Emits the nacks for a turn from a queue and those held for it: its run failed. It has to leave the inbox.
 */
void ending_nack(struct filter *f, const struct turn *t, int status);
/* ending_ack() for a redelivery of a message that was handled; frees the turn. */
void ending_skip(struct filter *f, struct turn *t);
/* A message is handled without having been taken in: it is acknowledged; frees the turn. */
void ending_pass(struct runner *r, struct filter *f, struct turn *t);
/* Emits the text of --on-failure, if there is one. */
void ending_tell_chat(struct runner *r, struct filter *f, struct turn *t);
/* Ends the attempt of a turn that ran or could not be started. value: its exit status; errno for CAUSE_START.
 * If the turn is done, its reply has been emitted already. */
void ending_attempt(struct runner *r, struct filter *f, struct turn *t, enum fate_cause cause, int value);
/* Ends the turns that wait in an interrupted session; returns how many deliveries they stood for. */
size_t ending_waiting(struct runner *r, struct filter *f, const struct buf *key);
/* Ends a turn for which the inbox has no room: it is reported, and kept as a dead letter if there is a file.
 */
void ending_refused(struct runner *r, struct filter *f, struct turn *t);

#endif
