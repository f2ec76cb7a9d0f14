/* SPDX-License-Identifier: MIT */
/* Where a relay-run with an inbox can be made to die (base/crash.h): each point lies between two of its
 * steps. */
#ifndef RELAY_INBOX_CRASH_H
#define RELAY_INBOX_CRASH_H

#include "base/crash.h"

#define CRASH_POINTS(POINT)                                                                     \
    POINT(TAKEN, "taken")         /* messages are in the transaction, which is not committed */ \
    POINT(KEPT, "kept")           /* … committed, not acknowledged */                         \
    POINT(ACKED, "acked")         /* … acknowledged, which is not written to stdout */        \
    POINT(STARTING, "starting")   /* a turn is marked as running, not committed */              \
    POINT(MARKED, "marked")       /* … committed, its COMMAND is not started */               \
    POINT(STARTED, "started")     /* … its COMMAND is started */                              \
    POINT(ENDED, "ended")         /* a COMMAND has ended, its answer is not committed */        \
    POINT(ANSWERED, "answered")   /* … its answer is committed, not sent */                   \
    POINT(SENT, "sent")           /* … its answer is queued for stdout */                     \
    POINT(RESULT, "result")       /* results have come, and are not committed */                \
    POINT(SETTLED, "settled")     /* … they are committed */                                  \
    POINT(RESENDING, "resending") /* at start: what was never sent is about to be sent again */ \
    POINT(FOUND, "found")         /* at start: what was found is committed */

#define CRASH_ENUM(id, name) CRASH_##id,
enum crash_point { CRASH_POINTS(CRASH_ENUM) CRASH_COUNT };
#undef CRASH_ENUM

#ifdef RELAY_CRASH
void crash_at(enum crash_point point);
#else
static inline void crash_at(enum crash_point point)
{
    (void)point;
}
#endif

#endif
