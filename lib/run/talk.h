/* SPDX-License-Identifier: MIT */
/* What an interactive COMMAND hears after its message, a line each on its stdin: the results of its own
 * requests, and presses of the prompts that it asked. The end of our input ends its stdin. */
#ifndef RELAY_RUN_TALK_H
#define RELAY_RUN_TALK_H

#include "relay/result.h"
#include "run/each.h"

/* A result came for a request. COMMAND is told what became of the request: not of a refusal after which it is
 * sent again. */
void talk_result(struct runner *r, const struct request *q, const struct result *result,
                 const struct frame *fr);
/* A message came. True if it is a press that does not become a turn: it was given to the COMMAND that waits
 * for it, or belongs to another gateway. It is acknowledged and freed. */
bool talk_press(struct runner *r, struct filter *f, struct turn *t);
/* Our input has ended. */
void talk_end(struct runner *r);

#endif
