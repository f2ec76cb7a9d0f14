/* SPDX-License-Identifier: MIT */
/* The filter stage that runs one COMMAND per inbound message (design: relay-run; protocol §3). */
#ifndef RELAY_RUN_EACH_H
#define RELAY_RUN_EACH_H

#include "run/inbox.h"
#include "run/worker.h"

struct runner {
    struct worker_options o;
    int parallel; /* sessions at once */
    struct inbox inbox;
    struct worker *workers;
    int running; /* workers in use */
    int deadly;  /* the signal to die of, or 0 */
    int signals, signals_slot;
};

/* Fills in the callbacks of the filter; o and parallel are set, all else zero. */
void runner_init(struct runner *r, struct filter *f);
/* After filter_run(): frees all; dies of the signal that ended the work, if one did. */
void runner_free(struct runner *r);

#endif
