/* SPDX-License-Identifier: MIT */
/* The time of turns: typing actions, cancellation, patience; private to lib/acp/. */
#ifndef RELAY_ACP_WATCH_H
#define RELAY_ACP_WATCH_H

#include "acp/client.h"

/* Cancels the turn in work; why: a note for the chat, or NULL. */
void watch_cancel(struct client *c, struct talk *k, const char *why);
/* The turn is over: clears the typing indicator of a platform that keeps it. */
void watch_quiet(const struct client *c, struct filter *f, const struct talk *k);
/* What is due at a moment: typing actions, the ends of patience. */
void watch_tick(struct client *c, struct filter *f, int64_t now);
/* The moment of the next thing due. */
int64_t watch_until(const struct client *c);

#endif
