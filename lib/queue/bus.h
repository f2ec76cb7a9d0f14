/* SPDX-License-Identifier: MIT */
/* One connection to a NATS server or cluster, in the caller's poll loop.
 *
 * libnats has threads of its own; they only put what arrives into a list and wake the loop through a pipe.
 * Callbacks run in bus_ready(), on the caller's thread, and may call anything here except bus_ready() and
 * bus_close(). Nothing here blocks for long, except bus_open(), bus_flush() and bus_close(); a server that
 * takes no bytes holds up the one who publishes, for 5 s at most. A connection that is lost is made again,
 * with all that is listened to. What is asked meanwhile is never sent later: it is answered with BUS_TIMEOUT.
 * One bus in a process. */
#ifndef RELAY_QUEUE_BUS_H
#define RELAY_QUEUE_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/poll.h"

struct bus;

struct bus_options {
    const char *urls;                /* one or more of nats://HOST:PORT, tls://…, separated by commas */
    const char *name;                /* shown to the server's operator */
    const char *creds;               /* FILE of credentials; NULL: none */
    const char *cacert, *cert, *key; /* files; NULL: none */
};

enum {
    BUS_OK = 0,
    BUS_TIMEOUT = -1,  /* no answer in time: whether the request arrived is not known */
    BUS_REFUSED = -2,  /* the server says that this user has no right to publish there */
    BUS_TOO_LONG = -3, /* longer than bus_max_payload(), headers included: not sent */
    BUS_NOBODY = 503,  /* nobody listens there */
    /* others: 100, 404, 408, 409 as the server sends them in a message without data */
};

/* A message or an answer; valid during the callback. */
struct bus_message {
    int status;                 /* BUS_… */
    struct span subject, reply; /* reply: p is NULL if none */
    struct span data;           /* p is never NULL */
    const void *handle;         /* for bus_header() */
};
/* The value of a header (first of that name); p is NULL if there is none. */
struct span bus_header(const struct bus_message *m, const char *name);

typedef void bus_fn(void *ctx, const struct bus_message *m);

struct bus_out {
    const char *subject, *reply; /* reply: NULL, or the subject for answers (bus_publish() only) */
    /* NULL, or names and values by turns, ended by NULL; a NULL value leaves the pair out, one with a line
     * end makes the call fail. */
    const char *const *headers;
    struct span data;
};

/* Connects; tries for 10 s at most. NULL: *status is the exit status (64 a URL that is none, 69) and `why`
 * says what failed (no password in it). Call it before signals are caught: they would have to wait. */
struct bus *bus_open(const struct bus_options *o, int *status, struct buf *why);
void bus_close(struct bus *b);                       /* flushes, for 1 s at most */
void bus_prepare(struct bus *b, struct pollset *ps); /* before each wait: its descriptor and its deadline */
/* Makes the wait end at that moment of bus_now() at the latest; INT64_MAX: never. */
void bus_until(struct pollset *ps, int64_t at);
void bus_ready(struct bus *b); /* after each wait: runs callbacks */
int64_t bus_now(void);         /* ms of CLOCK_BOOTTIME: goes on while the machine sleeps */
bool bus_connected(const struct bus *b);
uint64_t bus_reconnects(const struct bus *b); /* how often the connection came back */
size_t bus_max_payload(const struct bus *b);  /* the longest message the server takes, in bytes */
/* The version of the server, e.g. "2.10.27", and whether it is at least that; "" and true if not known. */
const char *bus_version(const struct bus *b);
bool bus_version_at_least(const struct bus *b, int major, int minor, int patch);

/* False: it was not given to the server (not connected, too long, …). */
bool bus_publish(struct bus *b, const struct bus_out *o);
/* Publishes; fn gets the one answer, or BUS_TIMEOUT after `ms`, also if publishing failed. Returns the
 * request's number, > 0. */
uint64_t bus_request(struct bus *b, const struct bus_out *o, int64_t ms, bus_fn *fn, void *ctx);
/* The same with a copy of n bytes at ctx: fn gets the copy, which is freed after that and by bus_forget(). */
uint64_t bus_request_with(struct bus *b, const struct bus_out *o, int64_t ms, bus_fn *fn, const void *ctx,
                          size_t n);
/* The answer is not wanted any longer: fn is not called. 0 and unknown numbers are ignored. */
void bus_forget(struct bus *b, uint64_t request);

struct bus_listener;
/* fn gets every message of that subject (wildcards as NATS has them). NULL: it failed. */
struct bus_listener *bus_listen(struct bus *b, const char *subject, bus_fn *fn, void *ctx);
void bus_unlisten(struct bus *b, struct bus_listener *l); /* fn is not called again; NULL is ignored */
/* A new subject of our own, unique: put into `out`, for bus_listen(). */
void bus_inbox(struct bus *b, struct buf *out);
bool bus_flush(struct bus *b); /* waits at most 2 s until the server has what was sent */

#endif
