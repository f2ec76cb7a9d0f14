/* SPDX-License-Identifier: MIT */
/* An interrupt of a session: its COMMAND is made to end, and what waits in it is dropped (protocol §3). */
#ifndef RELAY_RUN_INTERRUPT_H
#define RELAY_RUN_INTERRUPT_H

#include "run/each.h"

/* Takes an interrupt_inbound frame. One for a session that is not known is reported. */
void interrupt_take(struct runner *r, struct filter *f, const struct frame *fr);

#endif
