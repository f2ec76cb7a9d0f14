/* SPDX-License-Identifier: MIT */
/* The filter stage that runs one COMMAND per inbound message (design: relay-run; protocol §3). */
#ifndef RELAY_RUN_EACH_H
#define RELAY_RUN_EACH_H

#include "base/logfile.h"
#include "relay/descriptor.h"
#include "run/inbox.h"
#include "run/stage.h"
#include "run/worker.h"

struct runner {
    struct stage stage; /* first: see stage.h */
    struct worker_options o;
    int parallel;            /* sessions at once */
    int attempts;            /* runs of a message at most */
    struct logfile *letters; /* for what is given up, or NULL */
    const char *on_failure;  /* what its chat is told, or NULL */

    struct inbox inbox;
    struct platforms platforms; /* only for --typing */
    struct worker *workers;
    int running;      /* workers in use */
    int64_t start_at; /* a start lacked something: no other one before that moment of clock_ms() */
    bool start_told;
};

/* Fills in the callbacks of the filter; what stands before the inbox is set but for the stage, all else zero.
 */
void runner_init(struct runner *r, struct filter *f);
/* After filter_run(): frees all; dies of the signal that ended the work, if one did. */
void runner_free(struct runner *r, struct filter *f);

#endif
