/* SPDX-License-Identifier: MIT */
/* The claims of a ring on their way through the pool: each state of claim.h starts its request here. */
#ifndef RELAY_QUEUE_CLAIMS_H
#define RELAY_QUEUE_CLAIMS_H

#include "queue/claim.h"
#include "queue/pool.h"
#include "queue/untold.h"

struct claims;

/* One action. */
struct claim {
    enum claim_state state;
    uint64_t out;      /* its sequence in POOL_out */
    uint64_t mark;     /* that of our mark in POOL_sent; 0: none */
    uint64_t old;      /* that of another ring's mark; 0: none */
    struct buf action; /* as it is stored */
    struct buf reply;  /* where its results go; empty: nowhere */
    struct buf owner;  /* the ring of the old mark */
    struct buf id;     /* its Nats-Msg-Id where it is put */
    const char *bad;   /* why it is no action; NULL: it is one. Static text */
    bool one;          /* an outbound (OUTGOING_ONE); for whoever emits it, as is: */
    struct handed_id *handed;
    bool heard; /* a result has come */

    struct claims *in;
    uint64_t request, from; /* under way; where the look for others' marks is */
    enum claim_state named; /* the state for which its id was made */
    int64_t at;             /* bus_now() at which the state's request is made (again); 0: it is under way */
    bool unsent;            /* the mark that was found is nobody's: it was never sent */
    bool own_seen;          /* it has come by its own mark there */
    int asked;              /* how often the owner was, in vain */
    struct claim *prev, *next;
};

struct claims {
    struct pool *pool;
    const char *me;                       /* the subject where this ring answers */
    const char *out, *sent, *aside, *bad; /* subjects: out.G, sent.G, dead.G.sent, dead.G.bad */
    bool resend;
    int64_t rival;        /* bus_now() until which another ring of this link may take actions, too */
    bool stopping, ended; /* take no more actions; the process ends */
    /* Told on stderr and counted: an action was put aside. doubt: its state is unknown. */
    void (*put_aside)(void *ctx, const struct claim *c, bool doubt);
    void *ctx;
    void (*ask)(struct claim *c); /* claim_ask() */
    struct untold *untold;

    struct claim *waiting, *others; /* claim_waits(), in the order of POOL_out; and those it is false for */
    size_t n_waiting, n_others, n_owed, n_found, bytes;
    uint64_t made;
    int64_t until;
    struct buf gone; /* a ring that is known not to live */
    bool warned;     /* of what the pool refuses */
};

/* Enters a claim in that state, with a copy of the action; all else is zero. Then call claim_ask(). */
struct claim *claim_new(struct claims *s, enum claim_state state, struct span action);
/* Makes the request of its state (claims_ask.c). */
void claim_ask(struct claim *c);
/* Another ring of this link has asked whether this one lives, or answered that it does. */
void claims_meet_rival(struct claims *s);
/* The event, and the request of the state that it leads to: at once, or in `wait` ms. The claim may be freed.
 */
void claim_happens(struct claim *c, enum claim_event event, int64_t wait);
/* Makes the requests that are due, and the next such moment (bus_now(); INT64_MAX: none). */
void claims_go(struct claims *s);
int64_t claims_until(const struct claims *s);
/* Whether this ring has that mark, or makes one of that action, so that it is not one that a ring left. */
bool claims_know(const struct claims *s, uint64_t mark, uint64_t out);
/* Whether something must be seen to its end before the process ends. */
bool claims_busy(const struct claims *s);
/* Whose a mark is that is nobody's. */
#define CLAIMS_NOBODY "-"
void claims_free(struct claims *s);

#endif
