/* SPDX-License-Identifier: MIT */
/* The WebSocket link to the connector (protocol §1), on libcurl.
 *
 * A link can be dialled again and again; lines handed to one connection are never sent on another. It never
 * blocks: each turn of the caller's loop calls link_prepare(), waits, calls link_ready(), then takes lines
 * with link_next(). */
#ifndef RELAY_LINK_LINK_H
#define RELAY_LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/io.h"
#include "base/poll.h"

struct link_options {
    const char *url;      /* ws:// or wss:// */
    const char **headers; /* further request headers, "Name: value"; the list ends with NULL; or NULL */
    const char *cacert, *cert, *key, *proxy;
    bool insecure;           /* do not verify the peer's certificate */
    bool probe;              /* keep what link_probe() tells about the certificate */
    int64_t connect_timeout; /* ms, from the dial to the 101 */
    int64_t ping_interval;   /* ms without a byte received before a ping; 0: no keepalive */
    int64_t ping_timeout;    /* ms without a byte received after a ping before the link is dead */
    size_t max_frame;        /* longest frame accepted, bytes */
};

enum link_phase { LINK_DOWN, LINK_DIALLING, LINK_OPEN, LINK_CLOSING };

enum link_by {
    LINK_BY_PEER,    /* it sent a close frame */
    LINK_BY_US,      /* we sent one */
    LINK_BY_NETWORK, /* no close frame: the connection broke, or a dial failed */
    LINK_BY_HTTP,    /* the upgrade was refused with an HTTP status */
};

/* How the last dial or connection ended. */
struct link_end {
    enum link_by by;
    int code;            /* close code; WS_NO_CODE, WS_ABNORMAL when none came */
    long http;           /* status of a refused upgrade, else 0 */
    int64_t retry_after; /* ms that a refusal asks to wait before the next dial; 0: it does not */
    bool broken;         /* the peer broke the WebSocket protocol */
    struct buf reason;   /* untrusted text */
};

/* NULL when this libcurl supports ws and wss, otherwise why not (static text). */
const char *link_unfit(void);
/* Ends the process if the options can never work: EX_USAGE for a URL that libcurl does not take, EX_NOINPUT
 * for a file that cannot be read, EX_CONFIG for a private key that others can read. */
void link_check(const struct link_options *o);

/* The options, which are not copied, are used until link_free(). */
struct link *link_new(const struct link_options *o);
void link_free(struct link *l);

/* Starts a dial; bearer: the token for the Authorization header, or NULL. */
void link_dial(struct link *l, const char *bearer);
enum link_phase link_phase(const struct link *l);
const struct link_end *link_end(const struct link *l);

/* What is known about the connection; moments are clock_wall_ms(), 0: never. */
struct link_facts {
    int64_t since;             /* when the current phase began */
    int64_t last_in, last_out; /* when a byte was last received, sent */
    int64_t ping_us;           /* how long the last ping took to be answered; -1: none was */
    char peer[80];             /* address and port; "" if there was no connection yet */
};
void link_facts(const struct link *l, struct link_facts *f);

/* How the last dial went. */
struct link_probe {
    /* Microseconds from its start; 0: it did not come so far. */
    int64_t lookup, connect, tls, upgrade;
    bool proxied;
    int64_t date, date_at; /* the peer's clock (Unix seconds) in the answer, and ours (µs) then; 0: unknown */
    int64_t until;         /* when the peer's certificate expires, Unix seconds; 0: unknown */
};
void link_probe(struct link *l, struct link_probe *p);
/* Sends a ping on the open connection: ping_us becomes -1 until it is answered. */
void link_ping(struct link *l);

/* Before a wait and after it. reading: whether received lines are wanted in this turn; the same in both
 * calls.
 */
void link_prepare(struct link *l, struct pollset *ps, bool reading);
void link_ready(struct link *l, const struct pollset *ps, bool reading);

/* The next line received. Valid until the next link_ready(). */
enum reader_got link_next(struct link *l, struct span *line);
/* The bytes of a frame that was cut off by the end of the connection; 0 if it ended between frames. */
size_t link_torn(const struct link *l);

/* Whether the connection takes another frame now: it is open, and less than a chunk waits for the kernel. */
bool link_takes(const struct link *l);
/* Hands the open connection a frame (without '\n'); from now on, it may have reached the peer. */
void link_send(struct link *l, struct span line);
/* Bytes handed to the connection but not yet to the kernel. */
size_t link_pending(const struct link *l);
/* How many of those belong to frames; after its end, the bytes of frames that the kernel never took. */
size_t link_stuck(const struct link *l);

/* Closes in order: sends everything it was handed and a close frame, then reads on until the peer's close
 * frame, for at most 3 s. While dialling, gives up the dial. */
void link_close(struct link *l, int code, const char *reason);

#endif
