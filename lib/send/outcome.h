/* SPDX-License-Identifier: MIT */
/* What became of a text that was shown while it grew, for whoever asked for it. Pure. */
#ifndef RELAY_SEND_OUTCOME_H
#define RELAY_SEND_OUTCOME_H

#include "send/growing.h"

/* Appends its result (protocol §4, as of a send), JSON text: the first message's id, and those of the others
 * in continuation_message_ids. error: the last refusal's, JSON text, or {NULL, 0}; if none of the text is
 * shown, it is that of the result. */
void outcome_build(struct buf *out, const struct growing *g, struct span error);
/* What must be told about it, static text; NULL: nothing. */
const char *outcome_loss(const struct growing *g);

#endif
