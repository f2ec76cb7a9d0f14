/* SPDX-License-Identifier: MIT */
/* How every message ends (design: relay-run): from how its COMMAND ended to done, again or given up. No I/O.
 */
#ifndef RELAY_RUN_FATE_H
#define RELAY_RUN_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { FATE_HARD = 100 }; /* like EX_DATAERR: qmail's status for "do not try again" */

/* Why the run of a COMMAND ended. */
enum fate_cause {
    CAUSE_EXIT,       /* by itself, with a status */
    CAUSE_START,      /* it could not be started */
    CAUSE_TIMEOUT,    /* --timeout was over */
    CAUSE_TOO_LONG,   /* its reply is longer than --max-frame */
    CAUSE_NOT_TEXT,   /* its reply is not UTF-8 */
    CAUSE_INTERRUPT,  /* its session was interrupted */
    CAUSE_UNKILLABLE, /* it was killed and did not end */
};

enum fate {
    FATE_DONE,        /* the answer is sent, the delivery acknowledged */
    FATE_INTERRUPTED, /* nothing is sent, the delivery acknowledged */
    FATE_AGAIN,       /* a soft failure: it runs again after fate_backoff() */
    FATE_GIVEN_UP,    /* a hard failure, or one failure too many: a dead letter */
};

/* The fate of a message whose COMMAND ended in run number `attempt` (1 for the first) of at most `attempts`.
 * status: for CAUSE_EXIT, its exit status as a shell reports it. */
enum fate fate_of(enum fate_cause cause, int status, int attempt, int attempts);
/* Whether the same COMMAND would fail for the same message every time: it is not run again. */
bool fate_is_hard(enum fate_cause cause, int status);
/* The exit status, as a shell reports it, that stands for that end of a COMMAND; value: as for fate_reason().
 * One that fate_is_hard() stays so: EX_DATAERR, or 100. A time-out is 124, as that of timeout(1). */
int fate_status(enum fate_cause cause, int value);
/* How long, in ms, the message waits after run number `attempt`: 1 s, then twice as long each time, at most
 * 60 s. */
int64_t fate_backoff(int attempt);
/* Appends the reason in words; value: the exit status, or errno for CAUSE_START. */
void fate_reason(struct buf *out, enum fate_cause cause, int value);

/* Whether a start that failed with that errno does not count as an attempt but is tried later, because the
 * missing resource may become free. running: the number of COMMANDs running; if there are none, waiting does
 * not help against our limit of descriptors. */
bool fate_start_waits(int error, int running);
enum { FATE_START_WAIT = 200 }; /* ms until the next try, unless a COMMAND ends first */

#endif
