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
    natsConnection *nc; /* NULL: libnats has given it up, and another is made */
    natsOptions *options;
    natsSubscription *answers;
    struct arrivals arrivals;
    struct waits waits;
    struct bus_listener *listeners;
    uint64_t last;    /* the number of the last listener */
    char prefix[64];  /* of the subjects of answers; the request's number follows */
    char version[64]; /* of the server */
    int64_t dial_at;  /* bus_now() of the next attempt to connect; INT64_MAX: none is due */
    uint64_t revived; /* how often another connection took the place of one that was given up */
    char said[256];   /* the last complaint of the server, and … */
    int64_t said_at;  /* … when it was printed */
};

/* What arrived, for a callback. */
struct bus_message bus_message_of(natsMsg *m);
/* Subscribes to the answers and, after another connection was made, to what the listeners want. False: that
 * failed. */
bool bus_subscribe_all(struct bus *b);
/* Ends all subscriptions; the listeners stay. */
void bus_unsubscribe_all(struct bus *b);

#endif
