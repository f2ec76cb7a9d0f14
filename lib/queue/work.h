/* SPDX-License-Identifier: MIT */
/* relay-work: takes sessions out of a pool, runs COMMAND as a ring for their messages, and hands its actions
 * back (relay-scale(7)). To COMMAND it is a connector that delivers buffered messages. */
#ifndef RELAY_QUEUE_WORK_H
#define RELAY_QUEUE_WORK_H

#include "queue/pool.h"

enum {
    WORK_PARALLEL_MAX = 256,
    WORK_ATTEMPTS_MAX = 100,
};

struct work_options {
    int64_t parallel, attempts; /* most sessions at once; most runs of a message */
    const char *on_failure;     /* the answer to a message that is given up; NULL: none */
    int64_t kill_after;         /* ms */
    size_t max;                 /* longest line of COMMAND in bytes */
    bool strict;                /* a bad line of COMMAND ends the work */
    char **argv;
};

/* Runs until COMMAND has ended, or a signal has ended the work. Returns the exit status. */
int work_run(struct pool *pool, const struct work_options *o);

#endif
