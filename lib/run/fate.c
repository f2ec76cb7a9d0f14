/* SPDX-License-Identifier: MIT */
/* How every message ends. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/child.h"
#include "run/fate.h"

enum {
    STATUS_TIMEOUT = 124,
    BACKOFF_FIRST = 1000, /* ms */
    BACKOFF_MOST = 60000,
};

bool fate_is_hard(enum fate_cause cause, int status)
{
    switch (cause) {
    case CAUSE_EXIT:
        return status == EX_DATAERR || status == FATE_HARD;
    case CAUSE_TOO_LONG:
    case CAUSE_NOT_TEXT:
    case CAUSE_UNKILLABLE: /* it may still be running */
        return true;
    default:
        return false;
    }
}

enum fate fate_of(enum fate_cause cause, int status, int attempt, int attempts)
{
    if (cause == CAUSE_INTERRUPT)
        return FATE_INTERRUPTED;
    if (cause == CAUSE_EXIT && status == 0)
        return FATE_DONE;
    return fate_is_hard(cause, status) || attempt >= attempts ? FATE_GIVEN_UP : FATE_AGAIN;
}

int fate_status(enum fate_cause cause, int value)
{
    switch (cause) {
    case CAUSE_EXIT:
        return value;
    case CAUSE_START:
        return child_start_status(value);
    case CAUSE_TOO_LONG:
    case CAUSE_NOT_TEXT:
        return EX_DATAERR;
    case CAUSE_UNKILLABLE:
        return FATE_HARD;
    default:
        return STATUS_TIMEOUT;
    }
}

int64_t fate_backoff(int attempt)
{
    int64_t ms = BACKOFF_FIRST;
    for (int i = 1; i < attempt && ms < BACKOFF_MOST; i++)
        ms *= 2;
    return ms < BACKOFF_MOST ? ms : BACKOFF_MOST;
}

void fate_reason(struct buf *out, enum fate_cause cause, int value)
{
    static const char *const words[] = {
        [CAUSE_TIMEOUT] = "timed out",
        [CAUSE_TOO_LONG] = "its output is longer than --max-frame",
        [CAUSE_NOT_TEXT] = "its output is not UTF-8",
        [CAUSE_INTERRUPT] = "interrupted",
        [CAUSE_UNKILLABLE] = "it cannot be killed, not waited for",
    };
    if (cause == CAUSE_EXIT)
        buf_printf(out, "exit status %d", value);
    else
        buf_str(out, cause == CAUSE_START ? strerror(value) : words[cause]);
}

bool fate_start_waits(int error, int running)
{
    if (error == EMFILE)
        return running > 0;
    return error == EAGAIN || error == ENFILE || error == ENOMEM || error == ETXTBSY;
}
