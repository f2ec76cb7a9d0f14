/* SPDX-License-Identifier: MIT */
/* The sessions that this worker holds: the requests of queue/hold.h, and the messages that COMMAND has.
 *
 * A session is held from the coming of its token until that is given back or deleted. One whose lease was
 * lost while COMMAND had a message of it stays known until COMMAND has answered: what it still prints for
 * that message is recognised, and the session does not run twice here. */
#ifndef RELAY_QUEUE_HELD_H
#define RELAY_QUEUE_HELD_H

#include "base/table.h"
#include "queue/given.h"
#include "queue/lease.h"
#include "queue/outbox.h"
#include "queue/press.h"

/* ms for which a token is given back when this process is to end: later than the engine hands out what the
 * process has asked for, or the token would be gone for ack_wait (tokens.c). */
enum { HELD_RETURN = 3000 };

struct held {
    UT_hash_handle hh;        /* by key, while it is ours */
    struct held *prev, *next; /* all, also those that are being left */
    struct helds *in;
    struct hold hold;
    struct lease lease;
    char *key; /* "G.S", tokens of a subject */
    char *ack; /* the token's ack subject */
    struct bus_listener *here;
    uint64_t step, beat; /* requests in flight; 0: none */
    int64_t again_at;    /* when to make the request of the state again; INT64_MAX: not */
    int64_t forget_at;   /* when a lost one is forgotten; 0: it is not lost */
    struct buf noted;    /* the id of the message that the note is about */
    struct buf reason;   /* why COMMAND failed last; empty: it did not report a failure */
    struct given given;  /* the message in hand */
    struct outbox_lane lane;
    struct presses presses;
    bool active, refused;
};

struct helds {
    struct pool *pool;
    struct outbox *out;
    int attempts;
    const char *on_failure; /* NULL: none */
    /* Makes the request of its state. */
    void (*request)(struct held *d);
    /* Gives a message to COMMAND; tells COMMAND to stop the one in hand. */
    void (*give)(void *ctx, struct held *d, const struct given *g, int attempt);
    void (*stop)(void *ctx, struct held *d);
    void *ctx;

    struct held *table, *list;
    bool stopped;
    int64_t looked; /* the last look at the bus: what comes later was not sent to us before */
};

/* The token of a session has come; key: "G.S". */
void held_take(struct helds *all, struct span key, const char *ack, const struct token_facts *t);
/* Something has happened to it: it may be freed. */
void held_event(struct held *d, enum hold_event e);
/* COMMAND reported a failure, with its exit status. */
void held_failed(struct held *d, int status);
/* Its first message was found; same: the note is about it. */
void held_found(struct held *d, bool same);
/* Its token has come again: this delivery is the one to keep. */
void held_again(struct held *d, const char *ack);
/* Keeps the lease. False: it is over, and the session was dropped; it may be freed. */
bool held_beat(struct held *d, int64_t now);
/* Gives it back, whatever its state. */
void held_return(struct held *d);
/* A lost one is forgotten. */
void held_forget(struct held *d);
/* Its gateway, as a token of a subject. */
struct span held_gateway(const struct held *d);

#endif
