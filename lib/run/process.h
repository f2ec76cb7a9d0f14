/* SPDX-License-Identifier: MIT */
/* A COMMAND at work: bytes to its stdin, bytes from its stdout, its end, and how it is made to end.
 *
 * It is over once its first process has ended and its stdout is at its end. Processes that it left behind and
 * that hold its stdout open are waited for as long as `grace` if they are of its process group (what they
 * print is part of its output), and PROCESS_LINGER if they have left it. One that KILL does not end is over
 * too, after PROCESS_UNKILLABLE. SIGPIPE must be ignored. */
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
    struct reader out;  /* its stdout: what was read and not taken yet */
    int64_t grace;      /* ms from TERM to KILL, and for those it left behind */
    int status;         /* once it has ended: its exit status as a shell has it */
    bool last;          /* its stdin ends with what is queued */
    bool open;          /* its stdout is not at its end */
    bool ended;         /* its first process has ended */
    bool left;          /* its stdout was given up while others had it open */
    bool unkillable;    /* it did not end, and is not waited for any more */
    int64_t kill_at;    /* clock_ms() to send KILL at, or INT64_MAX */
    int64_t bound_at;   /* … to call it unkillable at */
    int64_t linger_at;  /* … to look at those that hold its stdout at */
    int64_t give_up_at; /* … to give up its stdout at */
    int in_slot, out_slot;
};

/* Starts it with the environment given, NULL for ours; grace: ms; max: the longest line of its stdout. It
 * dies with us. Returns 0 or the errno of what failed. */
int process_start(struct process *p, char *const argv[], char *const envp[], int64_t grace, size_t max);
/* Queues a line of JSON for its stdin; false if it takes no more. What some readers take for the end of a
 * line, U+2028, U+2029 and U+0085, goes to it as an escape. */
bool process_give(struct process *p, struct span line);
/* Its stdin ends after what is queued. */
void process_give_last(struct process *p);
/* Before a wait and after it; read: whether there is room for its output. */
void process_prepare(struct process *p, struct pollset *ps, bool read);
void process_ready(struct process *p, const struct pollset *ps, bool read);
/* Looks whether it has ended: after SIGCHLD, and before a judgement that it has not. */
void process_check(struct process *p);
/* TERM to its process group, and KILL `grace` later if it is not over then. */
void process_stop(struct process *p);
/* Reads its stdout no more. */
void process_mute(struct process *p);
bool process_over(const struct process *p);
/* Closes what is left of one that is over; its output stays in `out`, which the caller frees. */
void process_finish(struct process *p);

#endif
