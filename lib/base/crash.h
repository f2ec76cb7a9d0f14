/* SPDX-License-Identifier: MIT */
/* A process that dies at a named point, for the tests of what the next start makes of it.
 *
 * Only with -DRELAY_CRASH, as in build/crash/bin, which is built with the test programs: RELAY_CRASH_AT=NAME[:N]
 * in the environment kills the process, with KILL, when it gets to that point for the Nth time (1). */
#ifndef RELAY_BASE_CRASH_H
#define RELAY_BASE_CRASH_H

#ifdef RELAY_CRASH
void crash_here(const char *name);
#else
static inline void crash_here(const char *name)
{
    (void)name;
}
#endif

#endif
