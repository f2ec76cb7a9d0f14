/* SPDX-License-Identifier: MIT */
/* Shared by the files of the bus. */
#ifndef RELAY_QUEUE_BUS_INTERNAL_H
#define RELAY_QUEUE_BUS_INTERNAL_H

#include "base/table.h"
#include "queue/arrivals.h"
#include "queue/waits.h"

struct bus_listener {
    uint64_t id;
    char *subject;
    bus_fn *fn;
    void *ctx;
    natsSubscription *s; /* NULL while there is no connection */
    UT_hash_handle hh;
};

struct bus {
    natsConnection *nc; /* NULL: it was lost, and another is made */
    char *urls;
    natsOptions *options;
    natsSubscription *answers;
    struct arrivals arrivals;
    struct waits waits;
    struct bus_listener *listeners;
    uint64_t last;    /* the number of the last listener */
    char prefix[64];  /* of the subjects of answers; the request's number follows */
    char version[64]; /* of the server */
    int running;      /* attempts to connect that have not ended: one hangs if a handshake gets no answer */
    /* bus_now() of the next attempt, which is made even if one runs by then; INT64_MAX: never */
    int64_t dial_at;
    uint64_t seen; /* the bus_reconnects() that the loop knows of */
    uint64_t back; /* how often a connection took the place of one that was lost */
    struct {
        char text[256];
        int64_t at;
    } said[8]; /* the last complaints of the server that were printed, and when */
    unsigned said_next;
};

/* Starts an attempt to connect; it ends with ARRIVAL_DIALLED. */
void bus_dial(struct bus *b);
/* Takes what such an attempt brought. False: it failed, a->state and a->text say how. */
bool bus_take_over(struct bus *b, struct arrival *a);
/* Lets go of a connection that was lost. */
void bus_drop(struct bus *b);
/* If the connection came back: what was asked before is given up soon, as it was lost, or its answer was. */
void bus_notice_return(struct bus *b);
/* What arrived, for a callback. */
struct bus_message bus_message_of(natsMsg *m);
/* Subscribes to the answers and, after another connection was made, to what the listeners want. False: that
 * failed. */
bool bus_subscribe_all(struct bus *b);
/* Ends all subscriptions; the listeners stay. */
void bus_unsubscribe_all(struct bus *b);

#endif
