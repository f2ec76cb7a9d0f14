/* SPDX-License-Identifier: MIT */
/* The filter stage with one long-lived COMMAND: inbound and interrupt_inbound frames go to its stdin; the
 * lines it prints, actions and frames, go into the stream (design: relay-run -l). */
#ifndef RELAY_RUN_RESIDENT_H
#define RELAY_RUN_RESIDENT_H

#include "run/hands.h"
#include "run/process.h"
#include "run/stage.h"

struct resident {
    struct stage stage; /* first: see stage.h */
    char **argv;
    size_t max;         /* longest line of its stdout in bytes */
    int64_t kill_after; /* ms */
    struct process process;
    struct hands hands;
    struct frame out;
    bool running, refused; /* refused: it has closed its stdin, which was reported */
    int64_t silent_at;     /* when to report that it has never printed anything; INT64_MAX: never */
};

/* Fills in the callbacks of the filter; argv, max and kill_after must be set, everything else zero. */
void resident_init(struct resident *r, struct filter *f);
/* After filter_run(): frees everything; if a signal ended the work, dies of that signal. */
void resident_free(struct resident *r, struct filter *f);

#endif
