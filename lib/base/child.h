/* SPDX-License-Identifier: MIT */
/* A COMMAND in its own process group, with pipes to its stdin and from its stdout. */
#ifndef RELAY_BASE_CHILD_H
#define RELAY_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* also the process group; 0: not started, or reaped */
    int in;    /* write here for its stdin, non-blocking; the owner closes it; -1: none */
    int out;   /* read its stdout here, non-blocking; the owner closes it; -1: none */
};

/* Whether such a COMMAND is there to be started, searching PATH as child_start() does: 0, ENOENT or EACCES.
 */
int child_find(const char *name);

/* Starts argv (PATH is searched) with the environment given, NULL for ours. Signals have their defaults in
 * it; of the descriptors, it inherits what this process did, and none of its own. Returns 0, or the errno of
 * what failed; then nothing is left open. */
int child_start(struct child *c, char *const argv[], char *const envp[]);

/* Sends a signal to the whole group; nothing where it has ended. */
void child_kill(const struct child *c, int signal);

/* Whether the child has ended, without reaping it: until child_reap() its process group stays its own and can
 * be signalled. */
bool child_ended(const struct child *c);

/* Whether the child has ended: then it is reaped, pid becomes 0 and *status is its exit status as a shell has
 * it (128 + N for signal N). Does not wait. */
bool child_reap(struct child *c, int *status);

/* The exit status for a COMMAND that could not be started, by errno: 127 not found, 126 otherwise. */
int child_start_status(int error);

#endif
