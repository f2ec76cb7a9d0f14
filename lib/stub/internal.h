/* SPDX-License-Identifier: MIT */
/* One connection, as the three parts of the server share it: server.c, which libwebsockets calls, http.c,
 * which answers its request, and conn.c, which queues and writes. Everybody else uses server.h and conn.h. */
#ifndef RELAY_STUB_INTERNAL_H
#define RELAY_STUB_INTERNAL_H

#include <libwebsockets.h>

#include "stub/mask.h"
#include "stub/server.h"

enum ending { END_NONE, END_CLOSE, END_CUT, END_FREEZE };

struct conn {
    struct conn *next;
    struct server *server;
    struct framing *framing;
    struct lws *wsi;
    void *owner;
    int fd, slot;
    bool echo;         /* something came: libwebsockets may have a pong to write, which it does not tell */
    bool open;         /* upgraded */
    bool settled;      /* `gone` was called */
    bool paused, held; /* not read: by the caller; because it is read slowly or frozen */
    struct mask mask;
    bool told; /* `unmasked` was called */
    enum ending ending;
    int code; /* of our close frame */
    char *reason;
    int64_t deadline;  /* clock_ms(): give up the wait for the peer's close; 0: none */
    int64_t resume;    /* clock_ms(): read on; 0: not waiting */
    struct buf q;      /* LWS_PRE bytes and the lines */
    size_t off;        /* handed to libwebsockets up to here */
    size_t piece;      /* … the last time from here */
    size_t line;       /* start of the first line that has not left whole */
    struct buf middle; /* a piece from inside a line, with LWS_PRE bytes in front */
    bool failed;       /* the last piece could not be written */
    struct framing_cut cut;
    bool peer_closed; /* its close frame came: libwebsockets writes the answer */
    int peer_code;
    struct buf peer_reason;
};

enum {
    SERVER_CONNS_MAX = 256,
    RX_CHUNK = 65536, /* bytes that are read at once */
};

/* A context and virtual host without a listening socket, with the options' certificate. Ends the process as
 * server_open() does. */
struct lws_context *context_open(const struct server_options *o, const struct lws_protocols *protocols,
                                 struct lws_vhost **vhost);

/* A short answer in place of the upgrade; the connection ends with it. Returns 1. */
int http_refuse(struct conn *c, struct refusal r);
/* Asks whether the request may become a WebSocket, and refuses it if not: then 1, otherwise 0. */
int http_upgrade(struct conn *c, const struct server_events *ev, void *ctx);

/* It can be written to: writes what it can and, after the last line, ends as it is to end. Negative: hang up.
 */
int conn_write(struct conn *c);
/* Whether there is something to write, or an end to make. */
bool conn_wants_write(const struct conn *c);
/* As conn_pause(), for the server's own reasons. */
void conn_hold(struct conn *c, bool hold);
/* Lets little pile up in the kernel for a connection that is not read. */
void conn_small_buffer(const struct conn *c);
void conn_free(struct conn *c);

#endif
