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

/* What a second connection of the same identity, the id of its token, comes to (protocol §9). */
enum sessions {
    SESSIONS_ONE,     /* it is closed: 1008 */
    SESSIONS_REPLACE, /* the older one is closed: 4000 */
    SESSIONS_MANY,    /* both stay */
};

struct connector_options {
    struct keyring keys; /* empty: everybody may come */
    struct faults faults;
    bool no_result, no_ack, shuffle;
    bool lenient;           /* nothing that real connectors would refuse is refused (strict.h) */
    int sessions;           /* enum sessions */
    int64_t delay;          /* of every answer, ms */
    int64_t patience;       /* ms to wait for an ack before it is told */
    struct framing *random; /* what shuffle draws from */
    size_t max_frame;
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

/* What the server calls; ctx: the struct connector. */
extern const struct server_events connector_events;

/* Delivers a frame, or keeps it for the next gateway. */
void connector_deliver(struct connector *c, const struct frame *f);
/* The next moment (clock_ms()) something is due, or INT64_MAX. */
int64_t connector_due(const struct connector *c);
void connector_tick(struct connector *c);
/* Reads from the gateways or, if the reader of what they say is slow, does not. */
void connector_pause(struct connector *c, bool pause);
/* Closes every link in order. */
void connector_stop(struct connector *c, int code, const char *reason);
/* The platform that the present gateway said hello for first; NULL: there is none. */
const char *connector_platform(const struct connector *c);
void connector_close(struct connector *c);

#endif
