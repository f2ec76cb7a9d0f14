/* SPDX-License-Identifier: MIT */
/* Waking a sleeping instance (protocol §8): a command or a call of a URL, at most one at a time and one per
 * cooldown. */
#ifndef RELAY_STUB_WAKE_H
#define RELAY_STUB_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/child.h"
#include "base/poll.h"
#include "stub/call.h"

/* Set cooldown and one of command and url; all else zero. */
struct wake {
    int64_t cooldown;    /* ms */
    const char *command; /* for the shell */
    const char *url;     /* call_wrong() has nothing against it */
    int64_t next;        /* clock_ms() from which on the next one may run */
    struct child child;  /* pid 0: none runs */
    int64_t deadline;
    int slot;
    struct call *call; /* NULL before the first one */
};

/* Runs the command or calls, unless there is neither, one is under way or the cooldown is not over. A command
 * gets no stdin, its stdout goes nowhere, its stderr is ours. Our environment has no secret from now on. */
void wake_call(struct wake *w);
void wake_prepare(struct wake *w, struct pollset *ps);
/* What becomes of it is of no consequence: it is told with --verbose. */
void wake_ready(struct wake *w, const struct pollset *ps);
void wake_free(struct wake *w);

#endif
