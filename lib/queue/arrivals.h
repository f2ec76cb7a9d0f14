/* SPDX-License-Identifier: MIT */
/* What libnats' threads hand over to the loop: a list, and a pipe that wakes the loop. Nothing on their side
 * ends the process: if there is no memory, the loop does that. */
#ifndef RELAY_QUEUE_ARRIVALS_H
#define RELAY_QUEUE_ARRIVALS_H

#include <nats/nats.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum arrival_kind {
    ARRIVAL_ANSWER,  /* of the request `to` */
    ARRIVAL_MESSAGE, /* for the listener `to` */
    ARRIVAL_ERROR,   /* `text`: the server's or the library's complaint */
    ARRIVAL_DIALLED, /* an attempt to connect is over: nc, or NULL and `state`, `text` */
    ARRIVAL_CLOSED,  /* the connection nc has ended */
};

struct arrival {
    struct arrival *next;
    enum arrival_kind kind;
    uint64_t to;
    natsMsg *msg;
    natsConnection *nc;
    natsStatus state;
    char text[256];
};

struct arrivals {
    pthread_mutex_t lock;
    struct arrival *first, **end;
    int wake[2];
    bool shut;
    size_t prefix; /* the length of the subject of answers before their number */
    atomic_bool starved;
    _Atomic(natsConnection *) lost; /* the connection that was lost last */
    atomic_int hearers;             /* how many there are */
};

/* Ends the process with EX_OSERR if there can be no pipe. */
void arrivals_open(struct arrivals *a);
/* Frees what has arrived, and from now on all that arrives at once. To be called before libnats is closed. */
void arrivals_shut(struct arrivals *a);
void arrivals_close(struct arrivals *a);
/* Takes everything that has arrived, in order; the caller frees each: arrival_free(). Ends the process with
 * EX_OSERR if something was lost for lack of memory. */
struct arrival *arrivals_take(struct arrivals *a);
void arrival_free(struct arrival *one);

/* On any thread. */
/* A copy of *one is added; its msg is destroyed if that fails. */
void arrivals_add(struct arrivals *a, const struct arrival *one);
/* What libnats calls; closure: the arrivals. */
void arrivals_error(natsConnection *nc, natsSubscription *s, natsStatus state, void *closure);
void arrivals_lost(natsConnection *nc, void *closure);
void arrivals_closed(natsConnection *nc, void *closure);

/* What a subscription needs as long as libnats may call: it outlives its listener, and frees itself. */
struct hearer {
    struct arrivals *arrivals;
    uint64_t listener; /* 0: it hears answers */
};
struct hearer *hearer_new(struct arrivals *a, uint64_t listener);
/* What libnats calls; closure: the hearer. */
void hearer_message(natsConnection *nc, natsSubscription *s, natsMsg *m, void *closure);
void hearer_end(void *closure);

#endif
