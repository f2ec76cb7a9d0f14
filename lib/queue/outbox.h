/* SPDX-License-Identifier: MIT */
/* Actions on their way into the pool: in order within a lane, one at a time, each until the engine has stored
 * it. Lanes do not wait for each other. */
#ifndef RELAY_QUEUE_OUTBOX_H
#define RELAY_QUEUE_OUTBOX_H

#include "queue/pool.h"

struct parcel {
    struct parcel *next;
    struct buf subject, id, line; /* id: its Nats-Msg-Id */
    struct buf request;           /* its requestId, JSON text; empty: none */
    unsigned puts;                /* how often it was published */
    void *owner;                  /* for whoever added it */
};

struct outbox_lane {
    struct outbox *in;
    struct parcel *first, *last;
    uint64_t flying;  /* the request for the first one; 0: none */
    int64_t retry_at; /* when to publish it again; 0: at once */
    struct outbox_lane *prev, *next;
    bool listed;
};

struct outbox {
    struct pool *pool;
    const char *reply; /* the subject for results */
    /* The first one of the lane is stored; duplicate: it was before. */
    void (*stored)(void *ctx, struct outbox_lane *lane, const struct parcel *p, bool duplicate);
    void *ctx;
    size_t bytes; /* of all that waits */
    struct outbox_lane *lanes;
    bool refused; /* an error was reported that does not pass by itself */
};

/* Whether a message of that size, with its headers, is one that the engine takes. */
bool outbox_fits(const struct outbox *o, size_t subject, size_t id, size_t line);
void parcel_free(struct parcel *p);
/* Adds a parcel, and takes it over; the lane's `in` must be set. */
void outbox_add(struct outbox_lane *lane, struct parcel *p);
/* Drops what waits in a lane. */
void outbox_clear(struct outbox_lane *lane);
/* Publishes again what is due; call it in each turn of the loop. */
void outbox_retry(struct outbox *o, int64_t now);
/* The moment of bus_now() at which something is due, or INT64_MAX. */
int64_t outbox_until(const struct outbox *o);

#endif
