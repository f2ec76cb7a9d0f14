/* SPDX-License-Identifier: MIT */
/* One connection, shared by the parts of the server: server.c, which libwebsockets calls; http.c, which
 * answers the request for a WebSocket; media.c, which answers those for media; and conn.c, which queues and
 * writes. All other files use server.h and conn.h. */
#ifndef RELAY_STUB_INTERNAL_H
#define RELAY_STUB_INTERNAL_H

#include <libwebsockets.h>

#include "stub/mask.h"
#include "stub/server.h"
#include "stub/shelf.h"

enum ending { END_NONE, END_CLOSE, END_CUT, END_FREEZE };

/* A request for the media routes: its content comes, its answer goes, all is written. */
enum media_phase { MEDIA_NONE, MEDIA_BODY, MEDIA_ANSWER, MEDIA_DONE };

struct media {
    enum media_phase phase;
    struct shelf *shelf;
    int status;      /* of the refusal after the content has come; 0: it is taken */
    const char *why; /* … and the reason */
    uint64_t left;   /* bytes of the content announced */
    char *type, *name;
    struct buf body, answer; /* the answer after LWS_PRE bytes */
    size_t off;              /* of the answer, written */
};

struct conn {
    struct conn *next;
    struct server *server;
    struct framing *framing;
    struct lws *wsi;
    void *owner;
    int fd, slot;
    bool echo;         /* something came: libwebsockets may have a pong to write, without reporting it */
    bool open;         /* upgraded */
    bool settled;      /* `gone` was called */
    bool paused, held; /* not read: because the caller asked; because it is read slowly or is frozen */
    struct mask mask;
    bool told; /* `unmasked` was called */
    enum ending ending;
    int code; /* of our close frame */
    char *reason;
    int64_t deadline;  /* clock_ms() at which to stop waiting for the peer's close frame; 0: none */
    int64_t resume;    /* clock_ms() at which to read on; 0: not waiting */
    struct buf q;      /* LWS_PRE bytes, then the lines */
    size_t off;        /* up to here, handed to libwebsockets */
    size_t piece;      /* … the last time, from here on */
    size_t line;       /* start of the first line that has not left completely */
    struct buf middle; /* a piece from inside a line, after LWS_PRE bytes */
    bool failed;       /* the last piece could not be written */
    struct framing_cut cut;
    bool peer_closed; /* its close frame came: libwebsockets writes the answer */
    int peer_code;
    struct buf peer_reason;
    struct media media;
};

enum {
    SERVER_CONNS_MAX = 256,
    RX_CHUNK = 65536, /* bytes read at once */
};

/* Makes a context and a virtual host without a listening socket, with the certificate from the options. Ends
 * the process as server_open() does. */
struct lws_context *context_open(const struct server_options *o, const struct lws_protocols *protocols,
                                 struct lws_vhost **vhost);

/* Sends a short answer instead of the upgrade; the connection ends after it. Returns 1. */
int http_refuse(struct conn *c, struct refusal r);
/* Asks the callback whether the request may become a WebSocket, and refuses it if not. Returns 1 if it was
 * refused, otherwise 0. */
int http_upgrade(struct conn *c, const struct server_events *ev, void *ctx);

/* Takes a request for the media routes; false: the path is another. Then the content, piece by piece. */
bool media_request(struct conn *c, const char *path, struct shelf *shelf, const struct server_events *ev,
                   void *ctx);
void media_body(struct conn *c, const void *p, size_t n);
void media_body_end(struct conn *c);
/* Whether an answer is to be written; writes a piece of it. Negative: hang up. */
bool media_wants_write(const struct conn *c);
int media_write(struct conn *c);
void media_free(struct conn *c);

/* The connection can be written to: writes as much as goes and, after the last line, ends as requested.
 * Negative: hang up. */
int conn_write(struct conn *c);
/* Whether there is something to write, or the connection is to be ended. */
bool conn_wants_write(const struct conn *c);
/* Like conn_pause(), for the server's reasons. */
void conn_hold(struct conn *c, bool hold);
/* Shrinks the kernel's buffer, so that little piles up for a connection that is not read. */
void conn_small_buffer(const struct conn *c);
void conn_free(struct conn *c);

#endif
