/* SPDX-License-Identifier: MIT */
/* A COMMAND at work: bytes to its stdin, bytes from its stdout, its end, and how it is made to end.
 *
 * It is over once its first process has ended and its stdout is at its end; processes it left behind keep it
 * from that no longer than AGENT_LINGER. SIGPIPE must be ignored. */
#ifndef RELAY_RUN_PROCESS_H
#define RELAY_RUN_PROCESS_H

#include "base/child.h"
#include "base/io.h"
#include "base/poll.h"

enum { AGENT_LINGER = 100 }; /* ms */

struct agent {
    struct child child;
    struct writer in;  /* its stdin */
    struct reader out; /* its stdout: what was read and not taken yet */
    bool last;         /* its stdin ends with what is queued */
    bool open;         /* its stdout is not at its end */
    bool ended;        /* its first process has ended; it is reaped by agent_finish() */
    bool left;         /* its stdout was given up while others had it open */
    int64_t kill_at;   /* clock_ms() to send KILL at, or INT64_MAX */
    int64_t linger_at; /* clock_ms() to give up its stdout at, or INT64_MAX */
    int in_slot, out_slot;
};

/* Starts it with the environment given, NULL for ours; max: the longest line of its stdout. Returns 0 or the
 * errno of what failed. */
int agent_start(struct agent *a, char *const argv[], char *const envp[], size_t max);
/* Queues a line for its stdin; false where it takes no more. */
bool agent_give(struct agent *a, struct span line);
/* Its stdin ends after what is queued. */
void agent_give_last(struct agent *a);
/* Before a wait and after it; read: whether there is room for its output. */
void agent_prepare(struct agent *a, struct pollset *ps, bool read);
void agent_ready(struct agent *a, const struct pollset *ps, bool read);
/* After SIGCHLD. */
void agent_check(struct agent *a);
/* TERM to its process group, and KILL `grace` ms later if it is not over then. */
void agent_stop(struct agent *a, int64_t grace);
/* Reads its stdout no more. */
void agent_mute(struct agent *a);
bool agent_over(const struct agent *a);
/* Frees all but `out` of one that is over; returns its exit status as a shell has it. */
int agent_finish(struct agent *a);

/* Takes over SIGCHLD and those of SIGTERM, SIGINT and SIGHUP that are not ignored, and ignores SIGPIPE.
 * Returns the descriptor to wait for. */
int agent_signals(void);
/* After it became readable: whether a child has ended, and a signal to die of, or 0. */
bool agent_signalled(int *deadly);
/* SIGPIPE is again what it was at the start. */
void agent_restore_pipe(void);
/* Dies of a signal as a process does that handles none. */
_Noreturn void agent_die(int number);

#endif
