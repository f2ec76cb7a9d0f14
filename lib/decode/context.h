/* SPDX-License-Identifier: MIT */
/* The messages around a message, as text for a prompt (protocol §6, channel_context). */
#ifndef RELAY_DECODE_CONTEXT_H
#define RELAY_DECODE_CONTEXT_H

#include "base/buf.h"

/* Appends one line "author: text" for each usable entry of the list `context`, joined by '\n'; nothing where
 * there is none. Each author and text is flattened to one line, as nobody has vouched for it. */
void context_lines(struct buf *out, struct span context, struct buf *scratch);

#endif
