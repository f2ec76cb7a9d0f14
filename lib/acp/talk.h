/* SPDX-License-Identifier: MIT */
/* The conversations: for each session of the relay, the agent's session and the turn in work. No I/O.
 *
 * At most TALKS_MAX are kept in memory; beyond that the one that has rested longest is forgotten (its
 * place on disk keeps the id that the agent gave it). */
#ifndef RELAY_ACP_TALK_H
#define RELAY_ACP_TALK_H

#include "acp/answer.h"
#include "base/table.h"
#include "run/fetch.h"

enum { TALKS_MAX = 1024 };

enum talk_state {
    TALK_RESTS,
    TALK_FETCHES, /* the files of the message come, or the agent is awaited */
    TALK_OPENS,   /* the agent is to make or load the session */
    TALK_WORKS,   /* the agent has the prompt */
    TALK_STOPS,   /* … and was told to cancel it */
};

struct talk {
    UT_hash_handle hh;
    struct buf key; /* of the relay's session */
    struct buf cwd; /* absolute */
    struct buf id;  /* the agent's id of the session, JSON text; empty: none is known */
    bool open;      /* the agent that runs knows the session */
    enum talk_state state;
    bool interrupted;   /* by interrupt_inbound */
    struct turn *turn;  /* in work; the inbox owns it; NULL: none */
    int64_t call;       /* the request whose answer is awaited */
    struct fetch fetch; /* of the message's files, by this process */
    struct process fetching;
    struct answer answer;
    bool answered;     /* a part of the answer has been sent */
    struct buf stream; /* the requestId under which this part is shown while it grows, JSON text; or empty */
    /* moments of clock_ms(), INT64_MAX: never */
    int64_t typing_at; /* of the next typing action */
    int64_t stream_at; /* when what has grown is shown */
    int64_t bound_at;  /* when patience ends */
};

/* The conversation of a key, NULL if there is none; the one in work whose request has that id; the one with
 * that id of the agent's (JSON text). */
struct talk *talk_find(struct talk *all, struct span key);
struct talk *talk_of_call(struct talk *all, int64_t call);
struct talk *talk_of_id(struct talk *all, struct span id);
/* The conversation of a key, made if need be, as the one used last. */
struct talk *talk_use(struct talk **all, struct span key);
/* Takes out the one that has rested longest, if there are more than TALKS_MAX; NULL otherwise. Free it with
 * talk_free(). */
struct talk *talk_surplus(struct talk **all);
void talk_free(struct talk *k);
void talks_free(struct talk **all);

#endif
