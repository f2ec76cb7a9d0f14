/* SPDX-License-Identifier: MIT */
/* A process that dies at a named point. */
#include "base/crash.h"

#ifdef RELAY_CRASH
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void crash_here(const char *name)
{
    static unsigned long seen; /* only the point that is wanted counts */
    const char *want = getenv("RELAY_CRASH_AT");
    size_t n = strlen(name);
    if (!want || strncmp(want, name, n) != 0 || (want[n] && want[n] != ':'))
        return;
    if (++seen == (want[n] ? strtoul(want + n + 1, NULL, 10) : 1))
        raise(SIGKILL);
}
#endif
