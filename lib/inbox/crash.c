/* SPDX-License-Identifier: MIT */
/* Where a process can be made to die. */
#include "inbox/crash.h"

#ifdef RELAY_CRASH
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define CRASH_NAME(id, name) name,
static const char *const names[] = {CRASH_POINTS(CRASH_NAME)};
#undef CRASH_NAME

void crash_at(enum crash_point point)
{
    static unsigned long seen[CRASH_COUNT];
    const char *want = getenv("RELAY_CRASH_AT");
    size_t n = strlen(names[point]);
    if (!want || strncmp(want, names[point], n) != 0 || (want[n] && want[n] != ':'))
        return;
    seen[point]++;
    if (seen[point] == (want[n] ? strtoul(want + n + 1, NULL, 10) : 1))
        raise(SIGKILL);
}
#endif
