/* SPDX-License-Identifier: MIT */
/* A system in which no signal reaches a process group: as that of a COMMAND which has become another user. */
#include <errno.h>
#include <signal.h>

int kill(pid_t pid, int number)
{
    if (number == 0)
        return 0;
    (void)pid;
    errno = EPERM;
    return -1;
}
