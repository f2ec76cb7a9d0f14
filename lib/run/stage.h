/* SPDX-License-Identifier: MIT */
/* What relay-run is as a stage, whichever way it runs COMMAND: its signals, the end that they or a lost
 * reader make, and its work frames.
 *
 * Stands first in what the filter's ctx points to. Set load and stop, all else zero. */
#ifndef RELAY_RUN_STAGE_H
#define RELAY_RUN_STAGE_H

#include "relay/filter.h"
#include "relay/work.h"

struct stage {
    /* How many messages are not finished. */
    struct load (*load)(struct filter *f);
    /* Takes no more messages and ends every COMMAND: with TERM as an interrupt does, with KILL at once. */
    void (*stop)(struct filter *f, int signal);

    int deadly; /* the signal to die of once every COMMAND has ended, or 0 */
    struct work work;
    int signals, slot;
};

/* Takes over the signals, and fills in `gone` of the filter. After filter_init(). */
void stage_open(struct stage *s, struct filter *f);
/* Writes the work frame that is due, if one is: when what is in hand has changed. */
void stage_update(struct stage *s, struct filter *f);
/* Before a wait. */
void stage_prepare(struct stage *s, struct filter *f, struct pollset *ps);
/* After it: whether a child has ended. On a signal every COMMAND is told to end, on a second one all is over
 * at once. */
bool stage_ready(struct stage *s, struct filter *f, const struct pollset *ps);
/* A frame passes: work frames of the stages before are added up, and who sees a link frame knows what is in
 * hand. */
void stage_pass(struct stage *s, struct filter *f, const struct frame *fr);
/* Says that messages are not going to be finished, if there are any; why: what ends it. */
void stage_report(const char *why, struct load l);
/* Every COMMAND has ended: dies of the signal that ended the work, if one did. */
void stage_leave(struct stage *s, struct filter *f);

#endif
