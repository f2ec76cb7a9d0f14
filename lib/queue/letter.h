/* SPDX-License-Identifier: MIT */
/* One of what was put aside in a pool. */
#ifndef RELAY_QUEUE_LETTER_H
#define RELAY_QUEUE_LETTER_H

#include "inbox/store.h"
#include "queue/pool.h"

/* All zero at first, reusable; letter_free() at the end. */
struct letter {
    uint64_t id;           /* its sequence in POOL_dead */
    int64_t time;          /* when it was put aside: ms since 1970 */
    enum turn_state state; /* TURN_DEAD or TURN_AMBIGUOUS */
    bool action;           /* it was on its way to the link, not from it */
    int attempts;
    struct buf gateway, session, message; /* names, not tokens; session and message: of a message */
    struct buf link, lane;                /* the tokens of the first two in its subject */
    struct buf reason, reply, delivery, data;
};

/* Reads the first one of the subject with a number >= from. False: there is none. */
bool letter_next(struct letter *l, struct pool *p, const char *subject, uint64_t from);
/* The number of the last one. */
void letter_last(uint64_t *id, struct pool *p);
/* A row as relay-inbox prints it; its spans are valid as long as the letter is. */
struct store_turn letter_turn(const struct letter *l);
/* Stores it where it came from, under an id of its own, and then deletes it. NULL, or why it is not done
 * (static text). */
const char *letter_retry(const struct letter *l, struct pool *p);
void letter_drop(const struct letter *l, struct pool *p);
void letter_free(struct letter *l);

#endif
