/* SPDX-License-Identifier: MIT */
/* Questions of an agent, from the request to its answer; private to lib/acp/. */
#ifndef RELAY_ACP_ASK_H
#define RELAY_ACP_ASK_H

#include "acp/client.h"

/* A session/request_permission of a talk: asks its chat. */
void ask_permission(struct client *c, struct filter *f, struct talk *k, const struct rpc *m);
/* Answers all questions of a talk (NULL: of all) with "cancelled". */
void ask_cancel(struct client *c, const struct talk *k);
/* The ring drains: from ASK_DRAIN ms on, open questions and new ones count as cancelled, and their chats are
 * told. Call ask_tick() at that moment. */
enum { ASK_DRAIN = 10000 };
void ask_drain(struct client *c);
void ask_tick(struct client *c, int64_t now);
/* Whether the message, not taken by an inbox, answered a question: then it is dealt with, and acknowledged.
 */
bool ask_answer(struct client *c, struct filter *f, struct turn *t);
/* The result of an action: a question that could not be asked with buttons is asked as a text. */
void ask_outcome(struct client *c, struct filter *f, const struct frame *result);

#endif
