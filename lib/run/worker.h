/* SPDX-License-Identifier: MIT */
/* One COMMAND at work on a turn: what it gets, what becomes of its output, how its end is judged. */
#ifndef RELAY_RUN_WORKER_H
#define RELAY_RUN_WORKER_H

#include "run/process.h"
#include "relay/filter.h"
#include "run/turn.h"

enum { WORKER_TYPING = 4000 }; /* ms between two typing actions */

struct worker_options {
    char **argv;
    bool actions; /* the lines of stdout are actions */
    bool reply_to, typing;
    int64_t timeout, kill_after; /* ms; no timeout: INT64_MAX */
    size_t max;                  /* longest line of stdout, or longest reply, in bytes */
};

struct worker {
    const struct worker_options *o;
    struct turn *turn; /* not owned; NULL: it is free */
    struct agent agent;
    const char *why; /* why it was made to end; NULL: it was not */
    int64_t timeout_at, typing_at;
};

/* Starts COMMAND for a turn. False where it cannot be started, which is reported. */
bool worker_start(struct worker *w, struct filter *f, struct turn *t);
/* Before a wait and after it. worker_ready() returns true when COMMAND is over; ended: SIGCHLD came. */
void worker_prepare(struct worker *w, struct filter *f, struct pollset *ps);
bool worker_ready(struct worker *w, struct filter *f, const struct pollset *ps, bool ended);
/* Ends COMMAND because its session is interrupted: it will count as not handled, though not as failed. */
void worker_interrupt(struct worker *w);
/* After worker_ready() was true: emits the reply, reports a failure, frees the worker. Returns whether the
 * turn is handled. */
bool worker_finish(struct worker *w, struct filter *f);
/* Whether there is room for output. */
bool worker_room(const struct filter *f);

#endif
