/* SPDX-License-Identifier: MIT */
/* Starting the turns that may run. */
#ifndef RELAY_RUN_START_H
#define RELAY_RUN_START_H

#include "run/each.h"

/* Starts as many as there are free workers and room for their output. */
void start_turns(struct runner *r, struct filter *f);

#endif
