/* SPDX-License-Identifier: MIT */
/* Signs of what becomes of a message: reactions at it (--reactions), and the end of typing (--typing).
 *
 * A message has one reaction while it is worked on, also between two attempts, and another when it is done or
 * given up; after an interrupt it has none. A platform that cannot react, and a message without an id, get
 * none. A reaction that fails is no failure. */
#ifndef RELAY_RUN_SIGNS_H
#define RELAY_RUN_SIGNS_H

#include "run/each.h"

/* COMMAND was started for the turn. */
void signs_begin(struct runner *r, struct filter *f, struct turn *t);
/* An attempt has ended like that; its reply has been emitted. */
void signs_end(struct runner *r, struct filter *f, struct turn *t, enum fate fate);

#endif
