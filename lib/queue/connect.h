/* SPDX-License-Identifier: MIT */
/* How relay-queue and relay-work reach a pool: the options that both have, and opening it. */
#ifndef RELAY_QUEUE_CONNECT_H
#define RELAY_QUEUE_CONNECT_H

#include "base/opt.h"
#include "queue/pool.h"

struct connect {
    struct pool pool;
    struct bus_options bus;
    int64_t replicas;
};

#define CONNECT_DEFAULTS                                            \
    {                                                               \
        .pool = {.name = "relay", .ack_wait = 30000}, .replicas = 1 \
    }

/* The rows of a table of options, for a struct connect. */
/* clang-format off */
#define CONNECT_OPTIONS(c) \
    OPT_TEXT(0, "pool", "NAME", &(c).pool.name, "the pool (default relay): its streams and subjects begin with this"), \
    OPT_NUMBER(0, "replicas", &(c).replicas, 1, 5, "when the pool is made: copies of each message (default 1)"), \
    OPT_TIME(0, "ack-wait", &(c).pool.ack_wait, 1000, \
             "when the pool is made: after this silence a worker has died (default 30s)"), \
    OPT_FILE(0, "creds", &(c).bus.creds, "credentials for the server (default $NATS_CREDS)"), \
    OPT_FILE(0, "cacert", &(c).bus.cacert, "trust these certificate authorities, and use TLS"), \
    OPT_FILE(0, "cert", &(c).bus.cert, "client certificate"), \
    OPT_FILE(0, "key", &(c).bus.key, "the certificate's private key")
/* clang-format on */

/* Checks the options, connects and opens the pool: c->pool is ready then. url: the operand, or NULL for
 * $NATS_URL. A login in NATS_URL is removed from the environment, so that no child inherits it. `who` is
 * shown to the server's operator. Ends the process: EX_USAGE for what cannot be meant, EX_NOINPUT for a file
 * that cannot be read, EX_CONFIG for one that others can read, EX_UNAVAILABLE without server or pool. */
void connect_open(struct connect *c, const struct opts *o, const char *url, enum pool_role role,
                  const char *who);
void connect_close(struct connect *c);

#endif
