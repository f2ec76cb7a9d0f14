/* SPDX-License-Identifier: MIT */
/* A COMMAND in a session of its own, with pipes to its stdin and from its stdout.
 *
 * A session: signals of our terminal do not reach it, and it has no controlling terminal, so that one that
 * asks on /dev/tty gets an error instead of being stopped for ever. */
#ifndef RELAY_BASE_CHILD_H
#define RELAY_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid;   /* 0: not started, or reaped */
    pid_t group; /* its process group, also its session; stays when the child is reaped */
    int in;      /* write here for its stdin, non-blocking; the owner closes it; -1: none */
    int out;     /* read its stdout here, non-blocking; the owner closes it; -1: none */
};

/* Whether such a COMMAND is there to be started, searching PATH as child_start() does: 0, ENOENT or EACCES.
 */
int child_find(const char *name);

/* Starts argv (PATH is searched; a script that does not say what runs it is the shell's) with the environment
 * given, NULL for ours. Signals have their defaults in it; of the descriptors, it inherits what this process
 * did, and none of its own. death: the signal that it gets when this process dies, on systems that can do
 * that; 0: none. Returns 0, or the errno of what failed; then nothing is left open. */
int child_start(struct child *c, char *const argv[], char *const envp[], int death);

/* Sends a signal to the whole group, to the child alone if it has left its group. A TERM is followed by CONT,
 * so that a stopped one gets it. Nothing if nobody is left. */
void child_kill(const struct child *c, int signal);

/* Whether the child has ended: then it is reaped, pid becomes 0 and *status is its exit status as a shell has
 * it (128 + N for signal N). Does not wait. Its process group can still be signalled as long as there is one.
 */
bool child_reap(struct child *c, int *status);

/* Whether any process is left of the group: the child, while it is not reaped, or another one. */
bool child_alive(const struct child *c);

/* The exit status for a COMMAND that could not be started, by errno: 127 not found, 126 otherwise. */
int child_start_status(int error);

#endif
