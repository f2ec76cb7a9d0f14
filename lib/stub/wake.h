/* SPDX-License-Identifier: MIT */
/* Waking a sleeping instance: one HTTP GET without a payload, at most one per cooldown (protocol §8). */
#ifndef RELAY_STUB_WAKE_H
#define RELAY_STUB_WAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/io.h"
#include "base/poll.h"

/* Set cooldown and call wake_url(); all else zero. */
struct wake {
    int64_t cooldown; /* ms */
    char *host, *port, *path;
    int64_t next; /* clock_ms() from which on the next call may be made */
    int fd, slot; /* of the call under way; fd 0: none */
    int64_t deadline;
    struct buf request;
    size_t sent;
};

/* http://HOST[:PORT][/PATH]; false for anything else. */
bool wake_url(struct wake *w, const char *url);
/* Begins the call, unless there is no URL, one is under way or the cooldown is not over. */
void wake_call(struct wake *w);
void wake_prepare(struct wake *w, struct pollset *ps);
/* What becomes of the call is of no consequence: it is told with --verbose. */
void wake_ready(struct wake *w, const struct pollset *ps);
void wake_free(struct wake *w);

#endif
