/* SPDX-License-Identifier: MIT */
/* How every message ends (design: relay-run): from the end of a COMMAND to done, again or given up. No I/O.
 */
#ifndef RELAY_RUN_FATE_H
#define RELAY_RUN_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Why the run of a COMMAND ended. */
enum fate_cause {
    CAUSE_EXIT,       /* by itself, with a status */
    CAUSE_START,      /* it could not be started */
    CAUSE_TIMEOUT,    /* --timeout was over */
    CAUSE_TOO_LONG,   /* its reply is longer than --max-frame */
    CAUSE_NOT_TEXT,   /* its reply is not UTF-8 */
    CAUSE_INTERRUPT,  /* its session was interrupted */
    CAUSE_UNKILLABLE, /* it was to end and did not */
};

enum fate {
    FATE_DONE,        /* the answer is sent, the delivery acknowledged */
    FATE_INTERRUPTED, /* nothing is sent, the delivery acknowledged */
    FATE_AGAIN,       /* a soft failure: it runs again after fate_backoff() */
    FATE_GIVEN_UP,    /* a hard failure, or one too many: a dead letter */
};

/* The fate of a message whose COMMAND ended in its attempt-th run, 1 for the first, of so many at most.
 * status: its exit status as a shell has it, for CAUSE_EXIT. */
enum fate fate_of(enum fate_cause cause, int status, int attempt, int attempts);
/* Whether the same COMMAND would fail for the same message for ever: it is not run again. */
bool fate_is_hard(enum fate_cause cause, int status);
/* How long, in ms, the message waits after its attempt-th run: 1 s, then twice as long each time, 60 s at
 * most. */
int64_t fate_backoff(int attempt);
/* Appends why, in words; value: the exit status, or errno for CAUSE_START. */
void fate_reason(struct buf *out, enum fate_cause cause, int value);

/* Whether a start that failed with that errno is waited out, as what it lacks may become free, instead of
 * being an attempt. running: COMMANDs that run; our own limit of descriptors is not going to change when none
 * does. */
bool fate_start_waits(int error, int running);
enum { FATE_START_WAIT = 200 }; /* ms until the next try, unless a COMMAND ends before */

#endif
