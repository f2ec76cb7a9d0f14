/* SPDX-License-Identifier: MIT */
/* The filter stage with one long-lived COMMAND (design: relay-run -l). Its stdin gets inbound,
 * interrupt_inbound, descriptor and link frames, and the results of its own requests; the lines it prints,
 * actions and frames, go into the stream. Only its work frames do not: they say how many messages it has in
 * hand, and ours count those. */
#ifndef RELAY_RUN_RESIDENT_H
#define RELAY_RUN_RESIDENT_H

#include "run/hands.h"
#include "run/process.h"
#include "run/prompts.h"
#include "run/requests.h"
#include "run/stage.h"

struct resident {
    struct stage stage; /* first: see stage.h */
    char **argv;
    size_t max;         /* longest line of its stdout in bytes */
    int64_t kill_after; /* ms */
    struct process process;
    struct hands hands;
    struct work own; /* what its work frames say; it counts once there was one */
    bool counts;
    struct requests requests;
    struct prompts prompts; /* only for the ids of prompts */
    struct turn asker;      /* owns the requests: all are COMMAND's */
    struct frame out;
    bool running, refused; /* refused: it has closed its stdin, which was reported */
    int64_t silent_at;     /* when to report that it has never printed anything; INT64_MAX: never */
};

/* Fills in the callbacks of the filter; argv, max and kill_after must be set, everything else zero. */
void resident_init(struct resident *r, struct filter *f);
/* After filter_run(): frees everything; if a signal ended the work, dies of that signal. */
void resident_free(struct resident *r, struct filter *f);

#endif
