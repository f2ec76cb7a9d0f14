/* SPDX-License-Identifier: MIT */
/* The client of an agent as a filter: frames of the relay in, actions and acks out (protocol §3, §4; the
 * Agent Client Protocol, version 1). It is meant as the COMMAND of relay-run -l, and takes the order of
 * sessions, redeliveries, presses and acks upon itself. */
#ifndef RELAY_ACP_CLIENT_H
#define RELAY_ACP_CLIENT_H

#include "acp/agent.h"
#include "acp/place.h"
#include "acp/question.h"
#include "relay/descriptor.h"
#include "run/inbox.h"
#include "run/stage.h"

struct client {
    struct stage stage; /* first: see stage.h */
    /* Set these, and the first members of agent; everything else zero. */
    enum answer_tools tools;
    bool typing, reply_to;
    bool anyone;            /* anybody in a chat may answer a question, not only the author of the message */
    const char *stop_words; /* texts that interrupt a session, separated by commas; or NULL */
    const char *media;      /* the directory for the files of messages, or NULL */
    int parallel;           /* most sessions at once */
    int64_t stream;         /* ms between two versions of an answer that grows; 0: it is sent once, whole */
    int64_t timeout;        /* ms for a turn; INT64_MAX: none */
    struct agent agent;
    struct place place;

    struct inbox inbox;
    struct talk *talks;
    struct questions questions;
    struct platforms platforms;
    int64_t ask_until; /* clock_ms() from which questions are answered as cancelled, because the ring ends; 0:
                          not yet */
    int busy;          /* turns in work */
    bool down;         /* the agent is not started again */
};

/* Fills in the callbacks of the filter. */
void client_init(struct client *c, struct filter *f);
/* After filter_run(): frees everything; if a signal ended the work, dies of that signal. */
void client_free(struct client *c, struct filter *f);

#endif
