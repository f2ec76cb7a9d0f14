/* SPDX-License-Identifier: MIT */
/* The filter stage that runs one COMMAND per inbound message (design: relay-run; protocol §3). */
#ifndef RELAY_RUNNER_H
#define RELAY_RUNNER_H

#include "agent.h"
#include "filter.h"
#include "seen.h"
#include "sessions.h"

enum {
    RUNNER_WAITING = 1024,       /* messages that wait at most */
    RUNNER_BYTES = 16 << 20,     /* and their length, but for the last one */
    RUNNER_HIGH_WATER = 1 << 20, /* more output than this waiting: start and read no COMMAND */
    RUNNER_TYPING = 4000,        /* ms between two typing actions */
};

struct runner_options {
    char **argv;
    int parallel; /* sessions at once */
    bool actions; /* the lines of stdout are actions */
    bool reply_to, typing;
    int64_t timeout, kill_after; /* ms; no timeout: INT64_MAX */
    size_t max;                  /* longest line and reply in bytes */
};

/* One COMMAND at work on a turn. */
struct runner_slot {
    struct turn *turn; /* NULL: the slot is free */
    struct agent agent;
    const char *why; /* why it was made to end; NULL: it was not */
    int64_t timeout_at, typing_at;
};

struct runner {
    struct runner_options o;
    struct runner_slot *slots;
    int running, deadly; /* slots in use; the signal to die of, or 0 */
    int signals, signals_slot;
    struct sessions sessions;
    struct seen buffers, messages;
    struct frame action;
};

/* Fills in the callbacks of the filter. */
void runner_init(struct runner *r, const struct runner_options *o, struct filter *f);
/* After filter_run(): frees all; dies of the signal that ended the work, if one did. */
void runner_free(struct runner *r);

#endif
