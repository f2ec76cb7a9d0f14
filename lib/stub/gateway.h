/* SPDX-License-Identifier: MIT */
/* One gateway, shared by the parts of the connector: gateway.c, which chooses the gateway that gets the
 * frames; answer.c, which answers a gateway's frames; and connector.c above both, where gateways come and go.
 * All other files use connector.h. */
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
    struct buf id;       /* from its token; empty without one */
    const char *refusal; /* why its token is not good; NULL: it is good */
    uintmax_t heard;     /* frames */
    bool open, greeted, idle;
    bool deaf;      /* ignores further frames */
    char *platform; /* from its first hello */
    struct identities hellos;
    struct platforms platforms; /* the descriptors it was given */
    struct stream in;
};

/* gateway.c. The gateway that gets the frames: the newest that shook hands, is not ending and did not go
 * idle; failing that, one that went idle; NULL: none. */
struct gateway *gateway_present(const struct connector *c);
/* Chooses that gateway again, after one came, left or changed. */
void gateway_choose(struct connector *c);
/* Its first descriptor is sent; its going_idle_ack is sent. */
void gateway_greeted(struct connector *c, struct gateway *g);
void gateway_flipped(struct connector *c, struct gateway *g);

/* answer.c. Answers a frame of the gateway, now or, with a delay, later. */
void answer_frame(struct connector *c, struct gateway *g, const struct frame *f);
/* Closes the gateway's connection as its fault says, after the answers that wait. */
void answer_close(struct connector *c, struct gateway *g);
/* Sends the answers that are due. */
void answer_tick(struct connector *c);

#endif
