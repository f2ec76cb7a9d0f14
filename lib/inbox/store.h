/* SPDX-License-Identifier: MIT */
/* The inbox: messages, what was sent for them and what came of it, in a SQLite database (design: relay-run).
 *
 * The schema is documented in relay-inbox(1). A function that returns bool returns false when the database
 * refuses; store_problem() says why, and the transaction that was open is rolled back. Outside store_begin()
 * and store_commit(), each call is a transaction. After a commit, everything is on the disk. Times are
 * milliseconds since 1970. */
#ifndef RELAY_INBOX_STORE_H
#define RELAY_INBOX_STORE_H

#include <stdint.h>

#include "inbox/state.h"

struct store;

enum store_use {
    STORE_RING, /* create it if it does not exist; the caller must hold its lock (inbox/lock.h) */
    STORE_TOOL, /* it must exist */
    STORE_READ, /* it must exist, and nothing is written */
};

/* Opens the inbox. NULL: *status is the exit status, and the reason is appended to `why`. */
struct store *store_open(const char *path, enum store_use use, int *status, struct buf *why);
void store_close(struct store *s);
/* Why the last call failed, until the next call: "database or disk is full". */
const char *store_problem(const struct store *s);
/* Whether the last call failed because the database itself is damaged. */
bool store_damaged(const struct store *s);

bool store_begin(struct store *s);
/* The same for changes that a loss of power may undo, as long as what is written later is not on the disk: a
 * commit does not wait for the disk. They survive the death of the process. */
bool store_begin_soon(struct store *s);
bool store_commit(struct store *s);
void store_rollback(struct store *s);

/* What an operator wants of a message that a ring has in hand: the ring does it, and takes the wish away. */
enum store_wish { WISH_NONE, WISH_RETRY, WISH_DROP };

/* A row of turns. The spans belong to someone else; p is NULL for NULL. */
struct store_turn {
    int64_t id;
    struct span buffer;  /* bufferId */
    struct span session; /* the key of its session */
    struct span message; /* message_id */
    struct span gateway; /* of a dead letter of a pool: the link; of a row: NULL */
    struct span frame;
    struct span reason;
    enum turn_state state;
    enum store_wish wish;
    int attempts;
    int64_t next_try; /* for TURN_RETRYING */
    int64_t taken, changed;
};

/* Takes a message in, unless one of its keys is known. Call it in a transaction. keys: two texts that
 * identify a redelivery; empty ones are ignored. Of the turn, buffer, session, message and frame must be set.
 * *id: its number, or 0: it was taken before. */
bool store_take(struct store *s, const struct store_turn *t, const struct span keys[2], int64_t *id);

/* An event of a message. *state: the state it is in after that; an event that cannot happen leaves it as it
 * is (*moved false). EVENT_START counts an attempt, EVENT_UNSTARTED takes it back, EVENT_RETRY starts
 * counting again and forgets what was sent. Every event but EVENT_START also takes a wish away. next_try is
 * for EVENT_FAIL; reason may be {NULL, 0}. */
struct store_move {
    int64_t id;
    enum turn_event event;
    int64_t next_try;
    struct span reason;
    enum turn_state state; /* set by the call; TURN_STATES: there is no such message */
    bool moved;            /* set by the call */
};
bool store_move(struct store *s, struct store_move *m);
/* Ends all messages of a session that wait, as interrupted; *count: how many. */
bool store_interrupt(struct store *s, struct span session, int64_t *count);
bool store_set_wish(struct store *s, int64_t id, enum store_wish wish);

/* Which messages; all zero: every one. */
struct store_query {
    unsigned states;     /* 1U << state, or-ed; 0: any */
    struct span session; /* p NULL: any */
    int64_t id;          /* 0: any */
    int64_t after;       /* only greater numbers */
    int64_t before;      /* changed before that moment; 0: any */
    bool wished;         /* only those with a wish */
    int64_t limit;       /* most; 0: no limit */
};
/* Calls `each` for these messages in the order of their numbers, until it returns false. The spans are valid
 * during the call, which must not change the messages. */
bool store_find(struct store *s, const struct store_query *q,
                bool (*each)(void *ctx, const struct store_turn *t), void *ctx);
/* How many messages are in that state. */
bool store_count(struct store *s, enum turn_state state, int64_t *count);
/* Answered messages are done: nobody is going to say what became of their answers. */
bool store_settle_all(struct store *s);
/* Calls `each` for every session in which messages wait, the one that has waited longest first. */
bool store_sessions(struct store *s, bool (*each)(void *ctx, struct span session, int64_t waiting),
                    void *ctx);

/* A row of actions: one that was made for a message, written before it is sent. */
struct store_action {
    int64_t turn;
    struct span request; /* its requestId */
    struct span frame;   /* the action */
    struct span result;  /* the outbound_result, or NULL */
    bool content;        /* whether its result is waited for */
    int attempt;         /* set by the call that writes it: the number of the run that made it */
    enum action_state state;
};
bool store_add_action(struct store *s, const struct store_action *a);
/* The action with that request has another text now: of a, turn, request and frame are read. */
bool store_set_action(struct store *s, const struct store_action *a);
/* The result of a request: its new state, and the frame. Of several with that id, the latest is meant. */
bool store_settle(struct store *s, int64_t turn, struct span request, enum action_state state,
                  struct span result);
/* What was never sent of a message's latest attempt goes out again: its results are owed. */
bool store_resend(struct store *s, int64_t turn);
/* What is known about a message's content-carrying actions. */
bool store_answers(struct store *s, int64_t turn, struct answers *a);
/* Calls `each` for the actions of a message, in their order. */
bool store_actions(struct store *s, int64_t turn, bool (*each)(void *ctx, const struct store_action *a),
                   void *ctx);

/* Removes messages that ended before that moment, with all that belongs to them, at most `limit`; *count: how
 * many. The redeliveries of the last STORE_REMEMBER messages stay recognised: those lose their text only. */
enum { STORE_REMEMBER = 4096 };
bool store_prune(struct store *s, int64_t before, int64_t limit, int64_t *count);

#endif
