/* SPDX-License-Identifier: MIT */
/* What the parts of the link share. Private to lib/link/.
 *
 * Two queues. `tx` holds frames encoded for this connection, at most a chunk more than the socket takes, and
 * is lost with it: a frame counts as sent from the moment it enters tx. `in` holds what was received and not
 * yet taken; the caller bounds it by not reading. Control frames are added at the end of tx, so they never
 * land inside a message. */
#ifndef RELAY_LINK_INTERNAL_H
#define RELAY_LINK_INTERNAL_H

#include <curl/curl.h>

#include "http/trust.h"
#include "link/link.h"
#include "relay/stream.h"
#include "relay/ws.h"

#if !CURL_AT_LEAST_VERSION(8, 14, 1)
#error \
    "libcurl >= 8.14.1 with WebSocket support is needed (Debian 12: libcurl4-openssl-dev of bookworm-backports)"
#endif

enum { MOST_SOCKETS = 16 }; /* of one dial */

struct watched {
    curl_socket_t fd;
    int what; /* CURL_POLL_IN, … */
    int slot;
};

struct link {
    const struct link_options *o;
    enum link_phase phase;
    int64_t phase_since; /* clock_wall_ms() */
    struct link_end end;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
    struct buf explained; /* the headers that explain a refusal */

    struct watched sockets[MOST_SOCKETS]; /* while dialling */
    int64_t timer;                        /* libcurl's, by clock_ms() */
    int64_t dial_by;                      /* when the dial is given up */
    CURLMcode trouble;                    /* an error of libcurl's multi interface */

    curl_socket_t fd; /* once open */
    int slot;
    bool rx_maybe; /* libcurl may hold received bytes that poll(2) does not see */
    bool rx_ended; /* nothing more will come */
    struct stream in;
    char control[WS_CONTROL_MAX];
    size_t control_len;

    struct buf text; /* the frame to be encoded */
    struct buf tx;   /* encoded */
    size_t tx_off, tx_offered;
    size_t tx_lines; /* where the last line in tx ends */
    bool tx_failed;
    char pong[WS_CONTROL_MAX];
    size_t pong_len;
    bool pong_due;

    int64_t last_rx, last_tx, ping_at, close_by;
    int64_t pinged_us, ping_us; /* when the last ping was sent, 0: it is answered; how long its answer took */
    int64_t date, date_at;      /* the clocks when the answer to the dial came, as in struct link_probe */
    char peer[80];
    int64_t wall_skew;
    bool close_sent, close_got;
};

/* check.c */
struct http_trust link_trust(const struct link_options *o);

/* conn.c */
void link_hang_up(struct link *l); /* lets go of the connection; libcurl closes its socket */
void link_set_end(struct link *l, enum link_by by, int code, const char *reason);

/* connect.c: the steps while dialling */
void link_dial_prepare(struct link *l, struct pollset *ps);
void link_dial_ready(struct link *l, const struct pollset *ps);

/* send.c: hands the connection what it takes */
void link_flush(struct link *l);

/* recv.c: takes everything libcurl has, or enough for one turn */
void link_receive(struct link *l);

#endif
