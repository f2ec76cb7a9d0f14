/* SPDX-License-Identifier: MIT */
/* The lane of a session; private to the way in (queue/intake.c, passage.c, token.c). */
#ifndef RELAY_QUEUE_LANE_H
#define RELAY_QUEUE_LANE_H

#include "base/table.h"
#include "queue/intake.h"

/* A request that is made again until it is answered. */
struct errand {
    uint64_t number;  /* of the request on its way; 0: none */
    int64_t again_at; /* when it is made again; INT64_MAX: not */
    int tries;        /* without an answer */
};

struct lane {
    UT_hash_handle hh;
    struct lane *prev, *next; /* among those that want a token */
    struct intake *in;
    struct message *queue;
    struct errand put; /* the first message of the queue, into the pool or aside */
    struct errand token;
    bool wants, renew; /* it is in the list; it wants one more than the one on its way */
    struct errand halt;
    struct buf interrupt; /* the frame of an interrupt that is not carried out; empty: none */
    size_t n;
    char key[]; /* the session's token of a subject, n bytes */
};

struct lane *lane_make(struct intake *in, struct span session);
/* Frees it if nothing is left in it. */
void lane_settle(struct lane *l);
/* Starts what is to be done next (queue/passage.c). */
void lane_go(struct lane *l);
/* The session gets its token (queue/token.c). */
void lane_want_token(struct lane *l);
/* Takes the message out of the queue and frees it; first acknowledges it if it is `handled`. */
void lane_drop(struct lane *l, struct message *m, bool handled);

bool errand_idle(const struct errand *e);
/* There was no answer: it is to be made again. */
void errand_later(struct intake *in, struct errand *e);
void errand_done(struct errand *e);

#endif
