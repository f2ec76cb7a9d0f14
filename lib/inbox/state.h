/* SPDX-License-Identifier: MIT */
/* The states of a message in an inbox, and what leads from one to the other (relay-inbox(1)). No I/O.
 *
 *     waiting -> running -> answered -> done
 *                  |  ^        |
 *                  v  |        +------> ambiguous
 *               retrying
 *
 * A running one may also end as dead or interrupted, and one that waits as interrupted. An operator makes a
 * dead, ambiguous or interrupted one wait again. */
#ifndef RELAY_INBOX_STATE_H
#define RELAY_INBOX_STATE_H

#include <stdbool.h>

#include "base/buf.h"

enum turn_state {
    TURN_WAITING,     /* has not run */
    TURN_RUNNING,     /* its COMMAND runs */
    TURN_RETRYING,    /* its COMMAND failed, and it waits for its next try */
    TURN_ANSWERED,    /* its COMMAND has ended well; results of its answer are owed */
    TURN_DONE,        /* answered, and the results have come */
    TURN_DEAD,        /* given up: a dead letter */
    TURN_AMBIGUOUS,   /* its answer may have arrived or not */
    TURN_INTERRUPTED, /* ended by an interrupt or an operator */
    TURN_STATES
};

enum turn_event {
    EVENT_START,     /* its COMMAND is started: an attempt */
    EVENT_UNSTARTED, /* it could not be started for want of something: not an attempt */
    EVENT_ANSWER,    /* its COMMAND ended well, and results are owed */
    EVENT_END,       /* its COMMAND ended well, and nothing is owed */
    EVENT_SETTLE,    /* the last result that was owed has come */
    EVENT_DOUBT,     /* … and nobody knows whether its answer arrived */
    EVENT_FAIL,      /* its COMMAND failed, and it is to be tried again */
    EVENT_GIVE_UP,   /* its COMMAND failed for good */
    EVENT_INTERRUPT, /* its session was interrupted */
    EVENT_LOST,      /* its COMMAND ended or was lost, and nobody knows whether what it sent arrived */
    EVENT_AGAIN,     /* found running at start, with nothing sent: it runs again */
    EVENT_RETRY,     /* an operator wants it to run again */
    EVENT_DROP,      /* an operator wants it to end */
    TURN_EVENTS
};

/* The state that the event leads to; TURN_STATES if the event cannot happen in that state. */
enum turn_state turn_next(enum turn_state state, enum turn_event event);
/* The word for a state, as the database has it; TURN_STATES: "unknown". */
const char *turn_state_word(enum turn_state state);
/* The state of that word; TURN_STATES: none. */
enum turn_state turn_state_of(struct span word);
/* Whether the message has ended, so that it may be pruned; the dead and the ambiguous are kept for somebody
 * to look at. */
bool turn_state_ended(enum turn_state state);

/* The states of an action that was written before it was sent. */
enum action_state {
    ACTION_OWED,      /* its result has not come */
    ACTION_DONE,      /* success */
    ACTION_REFUSED,   /* a failure that is certain */
    ACTION_AMBIGUOUS, /* may have arrived or not */
    ACTION_UNSENT,    /* never sent (protocol §3): it is sent again */
    ACTION_STATES
};
const char *action_state_word(enum action_state state);
enum action_state action_state_of(struct span word);

/* The content-carrying actions of a message's latest attempt, by state. */
struct answers {
    int count[ACTION_STATES];
};
/* What the results so far mean for an answered message: EVENT_SETTLE, EVENT_DOUBT, or TURN_EVENTS, nothing
 * yet. */
enum turn_event turn_settled(const struct answers *a);
/* What to do at start with a message that was running or answered when the process died: EVENT_AGAIN, to run
 * it; EVENT_LOST or EVENT_DOUBT; EVENT_SETTLE; or TURN_EVENTS, to send its unsent actions again. */
enum turn_event turn_found(enum turn_state state, const struct answers *a);

#endif
