/* SPDX-License-Identifier: MIT */
/* What is found in the inbox at start, and what an operator changes in it (relay-inbox(1)). */
#ifndef RELAY_RUN_RECOVER_H
#define RELAY_RUN_RECOVER_H

#include "run/durable.h"

/* Call it before input is read. What ran when the process before died runs again, unless something was sent
 * for it; what was never sent is sent again; what is in doubt is reported. Ends the process if the inbox
 * cannot be written. */
void recover(struct runner *r, struct filter *f);
/* In run/wishes.c: does what operators wish, and takes the wishes away. False: the database refused. */
bool recover_wishes(struct runner *r);

#endif
