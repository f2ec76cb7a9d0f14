/* SPDX-License-Identifier: MIT */
/* A COMMAND at work: bytes to its stdin, bytes from its stdout, its end, and how it is made to end.
 *
 * It is over once its first process has ended and its stdout has reached its end. Processes that it left
 * behind and that hold its stdout open get `grace` ms if they are in its process group (their output is part
 * of its output), or PROCESS_LINGER if they have left the group. A COMMAND that KILL does not end also counts
 * as over, after PROCESS_UNKILLABLE. SIGPIPE must be ignored. */
#ifndef RELAY_RUN_PROCESS_H
#define RELAY_RUN_PROCESS_H

#include "base/child.h"
#include "base/io.h"
#include "base/poll.h"

enum {
    PROCESS_LINGER = 100,      /* ms */
    PROCESS_UNKILLABLE = 1000, /* ms from KILL on */
};

struct process {
    struct child child;
    struct writer in;   /* its stdin */
    struct reader out;  /* its stdout: bytes read and not taken yet */
    int64_t grace;      /* ms from TERM to KILL, and for processes it left behind */
    int status;         /* once it has ended: its exit status as a shell reports it */
    bool last;          /* its stdin ends after what is queued */
    bool open;          /* its stdout has not reached its end */
    bool ended;         /* its first process has ended */
    bool left;          /* its stdout was given up while others had it open */
    bool unkillable;    /* it did not end, and is no longer waited for */
    int64_t kill_at;    /* clock_ms() at which to send KILL, or INT64_MAX */
    int64_t bound_at;   /* … at which to call it unkillable */
    int64_t linger_at;  /* … at which to check the processes that hold its stdout */
    int64_t give_up_at; /* … at which to give up its stdout */
    int in_slot, out_slot;
};

/* Starts it with the environment given, NULL for ours; grace: ms; max: the longest line of its stdout in
 * bytes. It dies with us, if the system can do that. Returns 0 or the errno of what failed. */
int process_start(struct process *p, char *const argv[], char *const envp[], int64_t grace, size_t max);
/* Queues a line of JSON for its stdin; false if its stdin is closed. Characters that some readers take for a
 * line end (U+2028, U+2029 and U+0085) are written as escapes. */
bool process_give(struct process *p, struct span line);
/* Closes its stdin after what is queued. */
void process_give_last(struct process *p);
/* Call these before a wait and after it; read: whether there is room for its output. */
void process_prepare(struct process *p, struct pollset *ps, bool read);
void process_ready(struct process *p, const struct pollset *ps, bool read);
/* Checks whether it has ended: after SIGCHLD, and before concluding that it has not. */
void process_check(struct process *p);
/* Sends TERM to its process group, and KILL `grace` ms later if it is not over by then. */
void process_stop(struct process *p);
/* Stops reading its stdout, and closes it. */
void process_mute(struct process *p);
bool process_over(const struct process *p);
/* Closes what is left once it is over; its output stays in `out`, which the caller frees. */
void process_finish(struct process *p);

#endif
