/* SPDX-License-Identifier: MIT */
/* What chats and the user of the program are told about turns; private to lib/acp/. */
#ifndef RELAY_ACP_SAY_H
#define RELAY_ACP_SAY_H

#include "acp/client.h"

/* One line on stderr about a turn: "run COMMAND for message ID of SESSION: what". */
void say_report(const struct client *c, const struct talk *k, const char *what);
/* Sends a text of ours to the chat of a message. */
void say_note(struct filter *f, const struct turn *t, const char *text);
/* Shows what the answer of a turn has so far: it will grow. */
void say_growing(struct client *c, struct filter *f, struct talk *k);
/* Sends what the answer has, whole, and begins another part of it. */
void say_answer(struct client *c, struct filter *f, struct talk *k);

#endif
