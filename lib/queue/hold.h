/* SPDX-License-Identifier: MIT */
/* The life of a session that a worker holds (relay-scale(7)): what it does next, and what becomes of its
 * token. No I/O and no clock inside.
 *
 * Who has a session's token works off its messages, the oldest first. The rules:
 * - a message is deleted only after COMMAND has acknowledged it and all its actions are stored;
 * - a token is deleted only after a look that found no message, and after that follows another look: a
 * message that came between the two gets a new token;
 * - a token that was delivered again notes one try more before its message starts, so that a message that
 * ends its workers is counted, too; it serves one message and is replaced, so that the count stays true;
 * - a message whose last try did not end by itself, and that has only one left, runs while nothing else does:
 * if it ends its worker once more, it takes nobody with it;
 * - without the lease nothing is deleted: the session is dropped as it is. */
#ifndef RELAY_QUEUE_HOLD_H
#define RELAY_QUEUE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

enum hold_state {
    HOLD_WHO,     /* asks whether another worker lives with the session */
    HOLD_TRIES,   /* reads what is noted about its first message */
    HOLD_FIRST,   /* reads its first message */
    HOLD_ALONE,   /* waits until nothing else runs in this worker */
    HOLD_NOTE,    /* notes one try more */
    HOLD_RUN,     /* COMMAND has the message */
    HOLD_FAIL,    /* notes the try that failed */
    HOLD_REPLY,   /* stores the answer of --on-failure */
    HOLD_BURY,    /* puts the message aside */
    HOLD_DELETE,  /* deletes the message */
    HOLD_LEAVE,   /* deletes the token */
    HOLD_RECHECK, /* looks whether a message has come since the last look */
    HOLD_REPUT,   /* puts a token for it */
    HOLD_OVER,    /* not held any longer */
};

enum hold_event {
    HOLD_NOBODY,      /* WHO: nobody, or somebody who does not answer */
    HOLD_SOMEBODY,    /* WHO: another worker */
    HOLD_DONE,        /* the request of TRIES, NOTE, FAIL, REPLY, BURY, DELETE, LEAVE or REPUT is done */
    HOLD_FOUND,       /* FIRST, RECHECK: there is a message */
    HOLD_NO_MESSAGE,  /* FIRST: what is found is not a message */
    HOLD_EMPTY,       /* FIRST, RECHECK: there is none */
    HOLD_CLEAR,       /* ALONE: nothing else runs */
    HOLD_ACTION,      /* COMMAND has made an action for the message */
    HOLD_STORED,      /* … and one of them is stored */
    HOLD_ACKED,       /* COMMAND has acknowledged the message */
    HOLD_FAILED,      /* … or reported a failure that may pass */
    HOLD_HOPELESS,    /* … or one that will not */
    HOLD_INTERRUPTED, /* the session is interrupted; its messages were deleted by the ring */
    HOLD_STOPPED,     /* the worker is to end: no message is begun any more */
    HOLD_QUIT,        /* COMMAND has ended */
    HOLD_LAPSED,      /* the lease is over */
};

enum hold_do {
    HOLD_DO_NOTHING,
    HOLD_DO_REQUEST, /* make the request of the state that it is in */
    HOLD_DO_GIVE,    /* give the message to COMMAND */
    HOLD_DO_ACK,     /* acknowledge the token, then make the request of the state */
    /* The session is over; its token … */
    HOLD_DO_FORGET,  /* … is gone */
    HOLD_DO_DROP,    /* … is left alone; COMMAND is to stop what it runs */
    HOLD_DO_RETURN,  /* … is given back at once */
    HOLD_DO_LATER,   /* … is given back for HOLD_BUSY ms */
    HOLD_DO_BACKOFF, /* … is given back until the next try (fate_backoff() of `attempt`) */
};

enum { HOLD_BUSY = 1000 /* ms */ };

/* What was noted about a session's first message: it was begun `tries` times when that token had been
 * delivered `delivered` times; failed: the last of them ended by itself. */
struct hold_note {
    int tries;
    bool failed;
    uint64_t token, delivered;
};

struct hold {
    /* Set these at first, all else zero. */
    uint64_t token, delivered; /* the sequence of the token; how often it was delivered */
    int attempts;              /* the most runs of a message */
    bool answers;              /* --on-failure */

    enum hold_state state;
    struct hold_note note;
    int attempt;      /* the run of the message in hand: 1 for the first */
    unsigned pending; /* its actions that are not stored yet */
    bool acked, interrupted, stopped, bad;
    bool alone; /* it runs, or is to run, while nothing else does */
    bool stale; /* the answer that is awaited is too old to count */
};

/* What to do after the event; events that do not fit the state change nothing. same: only for HOLD_FOUND in
 * HOLD_FIRST: the note is about this message. */
enum hold_do hold_step(struct hold *h, enum hold_event e, bool same);
/* Whether the session is ours only as long as the lease holds. */
bool hold_needs_lease(const struct hold *h);
/* Whether COMMAND has a message of it. */
bool hold_runs(const struct hold *h);

#endif
