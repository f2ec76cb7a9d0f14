/* SPDX-License-Identifier: MIT */
/* Where a relay-run with an inbox can be made to die. */
#include "inbox/crash.h"

#ifdef RELAY_CRASH
#define CRASH_NAME(id, name) name,
static const char *const names[] = {CRASH_POINTS(CRASH_NAME)};
#undef CRASH_NAME

void crash_at(enum crash_point point)
{
    crash_here(names[point]);
}
#endif
