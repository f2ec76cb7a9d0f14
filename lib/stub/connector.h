/* SPDX-License-Identifier: MIT */
/* The connector (protocol §8): what a stub does with the frames of its gateways. */
#ifndef RELAY_STUB_CONNECTOR_H
#define RELAY_STUB_CONNECTOR_H

#include "stub/delay.h"
#include "stub/delivery.h"
#include "stub/fault.h"
#include "stub/keyring.h"
#include "stub/replies.h"
#include "stub/server.h"
#include "stub/strict.h"

/* What happens on a second connection of the same identity, the id of its token (protocol §9). */
enum sessions {
    SESSIONS_ONE,     /* it is closed with 1008 */
    SESSIONS_REPLACE, /* the older one is closed with 4000 */
    SESSIONS_MANY,    /* both stay */
};

struct connector_options {
    struct keyring keys; /* empty: no token is needed */
    struct faults faults;
    bool no_result, no_ack, shuffle;
    bool lenient;           /* do not refuse what real connectors would refuse (strict.h) */
    int sessions;           /* enum sessions */
    int64_t delay;          /* of every answer, ms */
    int64_t patience;       /* ms to wait for an ack before that is reported */
    struct framing *random; /* the source of random numbers for shuffle */
    size_t max_frame;       /* bytes */
    /* A frame came from a gateway. */
    void (*heard)(void *ctx, const struct frame *f);
    void *ctx;
};

struct gateway;

struct connector {
    struct connector_options o;
    struct replies replies;
    struct strict strict;
    struct delivery delivery;
    struct gateway *gateways; /* the newest first */
    uintmax_t connections;
    struct delay waiting; /* answers */
};

/* The callbacks for the server; their ctx is the struct connector. */
extern const struct server_events connector_events;

/* Delivers a frame, or keeps a copy for the next gateway. */
void connector_deliver(struct connector *c, const struct frame *f);
/* The moment of clock_ms() at which something is next due, or INT64_MAX. */
/* Does what is due. */
int64_t connector_due(const struct connector *c);
void connector_tick(struct connector *c);
/* Stops reading from the gateways (pause), as when the reader of our output is slow, or goes on. */
void connector_pause(struct connector *c, bool pause);
/* Closes every link in order. */
void connector_stop(struct connector *c, int code, const char *reason);
/* The platform of the present gateway's first hello; NULL: there is none. */
const char *connector_platform(const struct connector *c);
void connector_close(struct connector *c);

#endif
