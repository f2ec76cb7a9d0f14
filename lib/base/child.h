/* SPDX-License-Identifier: MIT */
/* A COMMAND in a separate session, with pipes to its stdin and from its stdout.
 *
 * Because of the session, signals of our terminal do not reach it, and it has no controlling terminal: a
 * COMMAND that prompts on /dev/tty gets an error instead of being stopped for ever. */
#ifndef RELAY_BASE_CHILD_H
#define RELAY_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid;   /* 0: not started, or reaped */
    pid_t group; /* its process group, also its session; kept after the child is reaped */
    int in;      /* write here for its stdin, non-blocking; the owner closes it; -1: none */
    int out;     /* read its stdout here, non-blocking; the owner closes it; -1: none */
};

/* Whether such a COMMAND exists and can be started, searching PATH as child_start() does: 0, ENOENT or
 * EACCES. */
int child_find(const char *name);

/* Starts argv (PATH is searched; a script without a #! line is run by the shell) with the environment given;
 * NULL for ours. It starts with default signal actions. It inherits the descriptors that this process
 * inherited, and none that this process opened. death: the signal it gets when this process dies, on systems
 * that can do that; 0: none. Returns 0, or the errno of what failed; then nothing is left open. */
int child_start(struct child *c, char *const argv[], char *const envp[], int death);

/* From now on, a child inherits those descriptors that are open now without close-on-exec, and no others: for
 * a process with a library that opens some without it, on other threads. */
void child_guard(void);

/* Sends a signal to the whole group, or to the child alone if it has left its group. A TERM is followed by
 * CONT, so that a stopped process gets it. Does nothing if no process is left. */
void child_kill(const struct child *c, int signal);

/* Whether the child has ended: then it is reaped, pid becomes 0 and *status is its exit status as a shell
 * reports it (128 + N for signal N). Does not wait. Its process group can still be signalled as long as it
 * exists. */
bool child_reap(struct child *c, int *status);

/* Whether any process of the group is left: the child, while it is not reaped, or another one. */
bool child_alive(const struct child *c);

/* The exit status for a COMMAND that could not be started, by errno: 127 not found, 126 otherwise. */
int child_start_status(int error);

#endif
