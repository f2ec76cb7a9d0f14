/* SPDX-License-Identifier: MIT */
/* How an action gets from the pool to the link, once: the states of a claim (relay-scale(7)). No I/O.
 *
 *     MARKING > TAKING > READY > OWED > CLEARING > OVER          the usual way
 *     LOOKING, RETAKING, WHOSE                                  the delete from POOL_out had no answer
 *     OWNER > SEEKING > REMARKING > UNMARKING > READY           a mark that another ring left, sent again
 *     ASIDE                                                     its state is unknown: put aside, and told
 *     SHELVING > DROPPING                                       it is no action: put aside
 *
 * In each state one request is under way, except in READY and OWED; entering the state starts it. A mark is
 * the copy in POOL_sent: it is there before the action leaves POOL_out, so that one of the two tells a ring
 * that starts later what was left. Who deletes the action from POOL_out has it: two rings of one link cannot
 * both. What is promised if the older of two takes nothing more: no action is lost, and none emitted twice
 * unless `resend`; each that may not have been emitted is put aside and told. */
#ifndef RELAY_QUEUE_CLAIM_H
#define RELAY_QUEUE_CLAIM_H

#include <stdbool.h>

enum claim_state {
    CLAIM_MARKING,     /* the mark is put */
    CLAIM_TAKING,      /* the action is deleted from POOL_out */
    CLAIM_LOOKING,     /* … that had no answer: whether it is still there */
    CLAIM_RETAKING,    /* it is, and is deleted again */
    CLAIM_WHOSE,       /* it is gone: whether another ring may have taken it */
    CLAIM_READY,       /* it is ours, and waits for its turn to be emitted */
    CLAIM_OWED,        /* emitted; results are owed */
    CLAIM_CLEARING,    /* the mark is deleted */
    CLAIM_RETURNING,   /* it was never sent: a mark of nobody's is put, so that it is sent again */
    CLAIM_ASIDE,       /* its state is unknown: it is put into POOL_dead */
    CLAIM_OWNER,       /* a mark is found: whether its ring lives */
    CLAIM_SEEKING,     /* it does not: whether the action is still in POOL_out */
    CLAIM_REMARKING,   /* a mark of ours is put beside it */
    CLAIM_UNMARKING,   /* … and the old one deleted */
    CLAIM_REUNMARKING, /* … which had no answer */
    CLAIM_SHELVING,    /* it is no action: it is put into POOL_dead */
    CLAIM_DROPPING,    /* … and deleted from POOL_out */
    CLAIM_OVER,        /* nothing is left to do */
    CLAIM_STATES
};

enum claim_event {
    CLAIM_YES,    /* done, there, somebody answers */
    CLAIM_NO,     /* there is no such thing */
    CLAIM_AGAIN,  /* no answer: whether it was done is not known */
    CLAIM_STOP,   /* as CLAIM_YES (of MARKING); no more actions are taken */
    CLAIM_LEAVE,  /* as CLAIM_AGAIN (of MARKING); the process ends. Of WHOSE: our mark is gone, too: another
                   * ring has  held us for dead, and sees to the action */
    CLAIM_SENT,   /* it was emitted, and owes a result */
    CLAIM_MUTE,   /* it was emitted and owes none, or must not be emitted: its requestId was sent before */
    CLAIM_TOLD,   /* its last result has come */
    CLAIM_UNSENT, /* it is known that it was not and will not be sent */
    CLAIM_EVENTS
};

/* The state that the event leads to; CLAIM_STATES if it cannot happen there. resend: an action whose state is
 * unknown, or that is known never to have been sent, is sent again. */
enum claim_state claim_next(enum claim_state state, enum claim_event event, bool resend);
/* Whether those that come after it in POOL_out must wait until it is emitted, or known not to be. */
bool claim_leads(enum claim_state state);
/* Whether it is still to leave POOL_out or to be emitted. */
bool claim_waits(enum claim_state state);
/* Whether it began with the mark of another ring, and it is not decided yet what becomes of it. */
bool claim_is_found(enum claim_state state);

#endif
