/* SPDX-License-Identifier: MIT */
/* One COMMAND at work on a turn: its input, what its output becomes, and how its run ended. */
#ifndef RELAY_RUN_WORKER_H
#define RELAY_RUN_WORKER_H

#include "relay/descriptor.h"
#include "relay/filter.h"
#include "run/fate.h"
#include "run/fetch.h"
#include "run/process.h"
#include "run/prompts.h"
#include "run/reply.h"

enum { WORKER_TYPING = 4000 }; /* ms between two typing actions */

struct worker_options {
    char **argv;
    bool actions;      /* the lines on its stdout are actions */
    const char *state; /* where the directories of the sessions are, or NULL */
    bool interactive;  /* its stdin stays open: run/talk.h */
    bool typing;
    struct reply_options reply;
    const char *media;           /* the directory for the files of messages (run/fetch.h), or NULL */
    int64_t timeout, kill_after; /* ms; timeout INT64_MAX: none */
    size_t max;                  /* longest line on its stdout, or longest reply, in bytes */
};

struct worker {
    const struct worker_options *o;
    struct requests *requests;
    struct prompts *prompts;
    const struct platforms *platforms;
    struct turn *turn;      /* not owned; NULL: the worker is free */
    bool asked;             /* COMMAND has asked a prompt */
    struct process process; /* COMMAND; before it, relay-media */
    struct fetch fetch;
    int64_t start_at;      /* with the files there: when to start COMMAND; INT64_MAX: it has been started */
    int start_error;       /* for CAUSE_START: the errno */
    enum fate_cause cause; /* why COMMAND was made to end; CAUSE_EXIT: it was not */
    int64_t timeout_at, typing_at;
    struct reply reply;
};

/* Starts COMMAND for a turn; typing: whether to send typing actions. Returns 0 or the errno of what failed.
 */
int worker_start(struct worker *w, struct filter *f, struct turn *t, bool typing);
/* Call these before a wait and after it. worker_ready() returns true when COMMAND is over; ended: SIGCHLD
 * arrived. */
void worker_prepare(struct worker *w, struct filter *f, struct pollset *ps);
bool worker_ready(struct worker *w, struct filter *f, const struct pollset *ps, bool ended);
/* Queues a line for COMMAND's stdin, with --interactive. False if COMMAND does not read it: it has ended, has
 * closed its stdin, or has left too much unread. */
bool worker_tell(struct worker *w, struct span line);
/* Nothing more will come on COMMAND's stdin. */
void worker_tell_end(struct worker *w);
/* Makes COMMAND end, because its session is interrupted. */
void worker_interrupt(struct worker *w);
/* After worker_ready() returned true: why COMMAND ended, and its exit status. */
enum fate_cause worker_cause(const struct worker *w, int *status);
/* What is known about the platform of the message; NULL: nothing. */
const struct platform *worker_platform(const struct worker *w, const struct turn *t);
/* Emits the reply; well: COMMAND did not fail (reply_end()). */
void worker_reply(struct worker *w, struct filter *f, bool well);
/* Frees the worker's resources; it can then start another turn. */
void worker_free(struct worker *w);
/* Prints one line about a turn: "run ./reply.sh for message 5551 of agent:…: " and the text of fmt. */
void worker_report(const struct worker_options *o, const struct turn *t, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
