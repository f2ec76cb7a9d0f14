/* SPDX-License-Identifier: MIT */
/* relay-run as a stage, whichever way it runs COMMAND: its signals, how they or a lost reader end it, and its
 * work frames.
 *
 * Must be the first member of the struct that the filter's ctx points to. Set load and stop, everything else
 * zero. */
#ifndef RELAY_RUN_STAGE_H
#define RELAY_RUN_STAGE_H

#include "relay/filter.h"
#include "relay/work.h"

struct stage {
    /* How many messages are unfinished. */
    struct load (*load)(struct filter *f);
    /* Stops taking messages and ends every COMMAND: TERM, as an interrupt does it; KILL, at once. */
    void (*stop)(struct filter *f, int signal);

    int deadly; /* the signal to die of once every COMMAND has ended, or 0 */
    struct work work;
    int signals, slot;
    bool look; /* SIGUSR1 has come, for a stage that takes it over */
};

/* Takes over the signals, and fills in `gone` of the filter. Call it after filter_init(). */
void stage_open(struct stage *s, struct filter *f);
/* Emits a work frame if one is due, that is, if the load has changed. */
void stage_update(struct stage *s, struct filter *f);
/* Call this before a wait. */
void stage_prepare(struct stage *s, struct filter *f, struct pollset *ps);
/* Call this after a wait; returns whether a child has ended. On a signal, makes every COMMAND end; on a
 * second one, ends everything at once. */
bool stage_ready(struct stage *s, struct filter *f, const struct pollset *ps);
/* A frame passes: the load in work frames of the stages before is added to ours, and a work frame goes ahead
 * of a link frame if need be, so that its reader knows the load. */
void stage_pass(struct stage *s, struct filter *f, const struct frame *fr);
/* Reports that messages will not be finished, if there are any; why: what ends the work. */
void stage_report(const char *why, struct load l);
/* Call this once every COMMAND has ended: if a signal ended the work, dies of that signal. */
void stage_leave(struct stage *s, struct filter *f);

#endif
