/* SPDX-License-Identifier: MIT */
/* One connection of the server, as its two halves share it: server.c, which libwebsockets calls, and peer.c,
 * which queues and writes. Everybody else uses server.h. */
#ifndef RELAY_STUB_PEER_H
#define RELAY_STUB_PEER_H

#include <libwebsockets.h>

#include "stub/server.h"

enum ending { END_NONE, END_CLOSE, END_CUT, END_FREEZE };

struct peer {
    struct peer *next;
    struct server *server;
    struct mangle *mangle;
    struct lws *wsi;
    void *owner;
    int fd, slot;
    bool echo;         /* something came: libwebsockets may have a pong to write, which it does not tell */
    bool open;         /* upgraded */
    bool settled;      /* `gone` was called */
    bool paused, held; /* not read: by the caller; because it is read slowly or frozen */
    enum ending ending;
    int code; /* of our close frame */
    char *reason;
    int64_t deadline; /* clock_ms(): give up the wait for the peer's close; 0: none */
    int64_t resume;   /* clock_ms(): read on; 0: not waiting */
    struct buf q;     /* LWS_PRE bytes and the lines */
    size_t off;
    struct mangle_cut cut;
    bool peer_closed; /* its close frame came: libwebsockets writes the answer */
    int peer_code;
    struct buf peer_reason;
};

/* It can be written to: writes what it can and, after the last line, ends as it is to end. Negative: hang up.
 */
int peer_write(struct peer *p);
/* Whether there is something to write, or an end to make. */
bool peer_wants_write(const struct peer *p);
/* As peer_pause(), for the server's own reasons. */
void peer_hold(struct peer *p, bool hold);
/* Lets little pile up in the kernel for a connection that is not read. */
void peer_small_buffer(const struct peer *p);
void peer_free(struct peer *p);

#endif
