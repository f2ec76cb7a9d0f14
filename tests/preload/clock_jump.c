/* SPDX-License-Identifier: MIT */
/* Preloaded: puts the wall clock an hour ahead once the file named by CLOCK_JUMP exists, as after a sleep. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t which, struct timespec *t)
{
    long r = syscall(SYS_clock_gettime, which, t);
    const char *file = getenv("CLOCK_JUMP");
    if (which == CLOCK_REALTIME && file && access(file, F_OK) == 0)
        t->tv_sec += 3600;
    return (int)r;
}
