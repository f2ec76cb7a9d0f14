/* SPDX-License-Identifier: MIT */
/* How long a token is ours: it is kept by requests that the engine answers. No I/O; moments are ms of one
 * clock that goes on while the machine sleeps (bus_now()).
 *
 * The engine gives a token to somebody else when it has heard nothing for ack_wait. An answer says that it
 * has heard a request, at the earliest when that was sent: the lease counts from there. */
#ifndef RELAY_QUEUE_LEASE_H
#define RELAY_QUEUE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

struct lease {
    int64_t wait;  /* ack_wait */
    int64_t until; /* it is ours before that moment */
    int64_t sent;  /* when the request in flight was sent; 0: none is */
    int64_t next;  /* when the next one is due */
    bool let_go;   /* the token is not ours to lose any longer */
};

/* A token came; it cannot have been given to us before `since`. */
void lease_begin(struct lease *l, int64_t wait, int64_t since);
/* Whether a request is due; then lease_sent(). */
bool lease_due(const struct lease *l, int64_t now);
void lease_sent(struct lease *l, int64_t now);
/* How long to wait for its answer. */
int64_t lease_patience(const struct lease *l);
/* Its answer came; if not answered, it did not come or was an error. */
void lease_heard(struct lease *l, int64_t now, bool answered);
bool lease_over(const struct lease *l, int64_t now);
/* Given back or deleted: nothing is due any longer. */
void lease_end(struct lease *l);
/* The moment at which something is due, or INT64_MAX. */
int64_t lease_until(const struct lease *l);

#endif
