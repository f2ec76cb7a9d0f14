/* SPDX-License-Identifier: MIT */
/* What was put aside in a pool, for its operator: messages that were given up, actions whose state is
 * unknown, and what was to be an action and is none. Printed as relay-inbox prints messages. */
#ifndef RELAY_QUEUE_DEAD_H
#define RELAY_QUEUE_DEAD_H

#include "inbox/report.h"
#include "queue/pool.h"

enum dead_verb { DEAD_LIST, DEAD_SHOW, DEAD_RETRY, DEAD_DROP, DEAD_VERBS };

struct dead_options {
    enum report_format format;
    const char *gateway, *session; /* only of this link, of this session; NULL: any */
    unsigned states;               /* 1U << TURN_DEAD, 1U << TURN_AMBIGUOUS, or-ed; 0: any */
    int64_t older;                 /* only those put aside so many ms ago; -1: any */
};

/* The verb of that name, NULL: list; DEAD_VERBS: there is none. */
enum dead_verb dead_verb_of(const char *name);
/* Does it with those that are meant, and prints them to stdout. ids: their numbers as text, up to NULL; none:
 * all that the options mean. Returns the exit status: EX_NO if there is none. Ends the process as opt_wrong()
 * does if a number is none, or if retry or drop are given neither numbers nor options; and as desk_ask()
 * does. */
int dead_run(struct pool *p, const struct dead_options *o, enum dead_verb verb, char **ids);

#endif
