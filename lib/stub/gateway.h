/* SPDX-License-Identifier: MIT */
/* One gateway, as the parts of the connector share it: gateway.c, which knows whom the frames are for,
 * answer.c, which answers what a gateway says, and connector.c above both, where gateways come and go.
 * Everybody else uses connector.h. */
#ifndef RELAY_STUB_GATEWAY_H
#define RELAY_STUB_GATEWAY_H

#include "relay/descriptor.h"
#include "relay/identity.h"
#include "relay/stream.h"
#include "stub/connector.h"

struct gateway {
    struct gateway *next;
    struct conn *conn;
    uintmax_t number;
    struct fault fault;
    struct buf id;       /* that its token says; empty without one */
    const char *refusal; /* why its token is no good; NULL: it is */
    uintmax_t heard;     /* frames */
    bool open, greeted, idle;
    bool deaf;      /* takes no further frames */
    char *platform; /* of its first hello */
    struct identities hellos;
    struct platforms platforms; /* the descriptors it was given */
    struct stream in;
};

/* gateway.c: the one frames are for: the newest that shook hands, is not on its way out and did not go idle;
 * failing that, one that did; NULL without one. */
struct gateway *gateway_present(const struct connector *c);
/* Whom the frames are for is settled anew, after a gateway came, left or changed. */
void gateway_choose(struct connector *c);
/* The first descriptor goes out to it; its going_idle_ack does. */
void gateway_greeted(struct connector *c, struct gateway *g);
void gateway_flipped(struct connector *c, struct gateway *g);

/* answer.c: what it said, answered now or, with a delay, later. */
void answer_frame(struct connector *c, struct gateway *g, const struct frame *f);
/* Closes it as its fault says, behind the answers that wait. */
void answer_close(struct connector *c, struct gateway *g);
/* The answers that are due go out. */
void answer_tick(struct connector *c);

#endif
