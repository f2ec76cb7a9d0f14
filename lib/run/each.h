/* SPDX-License-Identifier: MIT */
/* The filter stage that runs one COMMAND per inbound message (design: relay-run; protocol §3). */
#ifndef RELAY_RUN_EACH_H
#define RELAY_RUN_EACH_H

#include "base/logfile.h"
#include "relay/descriptor.h"
#include "run/inbox.h"
#include "run/stage.h"
#include "run/worker.h"

struct durable;

enum { WORKERS_MAX = 256 }; /* each takes two descriptors */

struct runner {
    struct stage stage; /* first: see stage.h */
    struct worker_options o;
    int parallel;            /* most sessions at once */
    int attempts;            /* most runs of a message */
    struct logfile *letters; /* where messages that are given up are kept, or NULL */
    bool reactions;          /* a message gets reactions */
    const char *on_failure;  /* the text their chats get, or NULL */
    const char *stop_words;  /* texts that interrupt their session, separated by commas, or NULL */
    bool ack_start;          /* a message is acknowledged when its COMMAND starts */
    struct durable *durable; /* the inbox of --inbox, not opened, or NULL */

    struct inbox inbox;
    struct requests requests;
    struct prompts prompts;
    struct platforms platforms;
    struct worker *workers;
    int running;      /* workers in use */
    int64_t start_at; /* after a start that lacked something: no other before this moment of clock_ms() */
    bool start_told;
};

/* Fills in the callbacks of the filter. The members before the inbox, except the stage, must be set;
 * everything else must be zero. */
void runner_init(struct runner *r, struct filter *f);
/* After filter_run(): frees everything; if a signal ended the work, dies of that signal. */
void runner_free(struct runner *r, struct filter *f);

#endif
