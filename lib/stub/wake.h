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
    const char *url;     /* one that call_wrong() accepts */
    int64_t next;        /* clock_ms() from which the next one may run */
    struct child child;  /* pid 0: no command runs */
    int64_t deadline;
    int slot;
    struct call *call; /* NULL before the first one */
};

/* Runs the command or calls the URL, unless neither is set, one is under way or the cooldown is not over. A
 * command has an empty stdin, its stdout is discarded and its stderr is ours. From now on, our environment
 * does not contain a secret. */
void wake_call(struct wake *w);
void wake_prepare(struct wake *w, struct pollset *ps);
/* The outcome has no consequences: it is only reported, with --verbose. */
void wake_ready(struct wake *w, const struct pollset *ps);
void wake_free(struct wake *w);

#endif
