/* SPDX-License-Identifier: MIT */
/* A WebSocket server on 127.0.0.1, over libwebsockets, for the caller's own loop: each turn calls
 * server_prepare(), waits, and calls server_ready(), which makes the callbacks. */
#ifndef RELAY_STUB_SERVER_H
#define RELAY_STUB_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/io.h"
#include "base/poll.h"
#include "stub/mangle.h"

struct server;
struct peer; /* one connection; the server owns it, valid until `gone` returns */

/* A refusal of an upgrade: an HTTP status other than 0, and the headers that explain it (each "Name:
 * value\r\n"). */
struct refusal {
    int status;
    const char *headers;
};

struct server_events {
    /* Somebody asks for a WebSocket. Status 0 accepts. bearer: the token given, or {NULL, 0}. */
    struct refusal (*upgrade)(void *ctx, struct peer *p, const char *path, struct span bearer);
    void (*opened)(void *ctx, struct peer *p);
    /* A piece of a message came; last: it ends the message. */
    void (*received)(void *ctx, struct peer *p, struct span piece, bool last);
    /* The connection is no more. code: the peer's close code; 1005 without one, 1006 without a close frame, 0
     * when the upgrade did not come about. */
    void (*gone)(void *ctx, struct peer *p, int code, struct span reason);
};

struct server_options {
    const char *address;    /* to listen on: 127.0.0.1 */
    int port;               /* 0: any free one */
    const char *cert, *key; /* PEM files for TLS, or NULL */
    int64_t slow_read;      /* read this many bytes a second from each connection; 0: all that comes */
    struct mangle *mangle;  /* how messages are made of lines */
};

/* Listens. Ends the process with EX_UNAVAILABLE where the address cannot be had, with EX_NOINPUT where the
 * certificate or key is of no use. */
struct server *server_open(const struct server_options *o, const struct server_events *ev, void *ctx);
/* Appends ws://ADDRESS:PORT/relay. */
void server_url(const struct server *s, struct buf *out);
/* Takes no further connection. */
void server_stop(struct server *s);
/* Connections there are, whatever their state. */
size_t server_peers(const struct server *s);
void server_prepare(struct server *s, struct pollset *ps);
void server_ready(struct server *s, const struct pollset *ps);
/* Cuts what is still connected. */
void server_close(struct server *s);

void peer_set_owner(struct peer *p, void *owner);
void *peer_owner(const struct peer *p);
/* Queues a line (without '\n'). After peer_close() or peer_cut() it is dropped. */
void peer_send(struct peer *p, struct span line);
/* Bytes queued and not handed to libwebsockets. */
size_t peer_queued(const struct peer *p);
/* The lines among them, one begun counted in. */
size_t peer_unsent(const struct peer *p);
/* After what is queued: sends a close frame (code 1005: an empty one), then waits a little for the peer's. */
void peer_close(struct peer *p, int code, const char *reason);
/* After what is queued: ends the TCP connection without a close frame. */
void peer_cut(struct peer *p);
/* Whether peer_close() or peer_cut() was called. */
bool peer_ending(const struct peer *p);
/* Stops reading, or goes on. */
void peer_pause(struct peer *p, bool pause);
/* After what is queued: neither reads nor writes any more, and stays connected. */
void peer_freeze(struct peer *p);

#endif
