/* SPDX-License-Identifier: MIT */
/* A WebSocket server on 127.0.0.1, over libwebsockets, for the caller's own loop: each turn calls
 * server_prepare(), waits, and calls server_ready(), which makes the callbacks. */
#ifndef RELAY_STUB_SERVER_H
#define RELAY_STUB_SERVER_H

#include "base/poll.h"
#include "stub/conn.h"
#include "stub/fault.h"

struct server;

/* A refusal of an upgrade: an HTTP status other than 0, and the headers that explain it (each "Name:
 * value\r\n"). */
struct refusal {
    int status;
    const char *headers;
};

struct server_events {
    /* A client asks for a WebSocket. Status 0 accepts. bearer: the token given, or {NULL, 0}. */
    struct refusal (*upgrade)(void *ctx, struct conn *c, const char *path, struct span bearer);
    /* A client asks for media, with that bearer or {NULL, 0}. NULL: it may; otherwise why not (static text). */
    const char *(*media)(void *ctx, struct span bearer);
    void (*opened)(void *ctx, struct conn *c);
    /* A piece of a message came; last: it ends the message. */
    void (*received)(void *ctx, struct conn *c, struct span piece, bool last);
    /* An unmasked frame came, on a connection without TLS: it and everything after it is dropped. */
    void (*unmasked)(void *ctx, struct conn *c);
    /* The connection has ended. code: the peer's close code; 1005 if its close frame had none, 1006 without a
     * close frame, 0 if there was no upgrade. */
    void (*gone)(void *ctx, struct conn *c, int code, struct span reason);
};

struct server_options {
    const char *address;     /* to listen on: 127.0.0.1 */
    int port;                /* 0: any free one */
    const char *cert, *key;  /* PEM files for TLS, or NULL */
    int64_t slow_read;       /* read this many bytes a second from each connection; 0: no limit */
    struct framing *framing; /* how messages are made from lines; borrowed */
};

/* Listens. Ends the process with EX_UNAVAILABLE if the address is not available, with EX_NOINPUT if the
 * certificate or key cannot be used, with EX_CONFIG if others can read the key. */
struct server *server_open(const struct server_options *o, const struct server_events *ev, void *ctx);
/* Appends ws://ADDRESS:PORT/relay. */
void server_url(const struct server *s, struct buf *out);
/* Accepts no further connections. */
void server_stop(struct server *s);
/* The number of connections, whatever their state. */
size_t server_conns(const struct server *s);
void server_prepare(struct server *s, struct pollset *ps);
void server_ready(struct server *s, const struct pollset *ps);
/* Cuts the remaining connections and frees the server. */
void server_close(struct server *s);

#endif
