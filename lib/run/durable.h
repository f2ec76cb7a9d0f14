/* SPDX-License-Identifier: MIT */
/* relay-run with an inbox: a message is acknowledged once it is written, runs from there, and what is sent
 * for it is written before it is sent (design: relay-run, durable acceptance).
 *
 * While the inbox cannot be written, buffered messages wait unacknowledged, live ones run unwritten, and
 * stored ones do not start. */
#ifndef RELAY_RUN_DURABLE_H
#define RELAY_RUN_DURABLE_H

#include "run/each.h"
#include "run/journal.h"

struct durable {
    const char *path;
    bool drain_empty; /* --drain=empty: what waits is worked off before the ring is at rest */
    int64_t keep;     /* how long messages that have ended are kept, ms */

    struct journal journal;
    int lock;
    int64_t stored, dead;  /* messages that wait in the inbox, and dead letters in it */
    struct turn *answered; /* turns whose results are owed */
    size_t unsettled; /* answered turns whose results cannot come: they are done once stdout has the answer */
    bool draining;    /* the ring drains: no stored turn starts */
    int64_t prune_at; /* clock_ms() at which to prune */
};

/* Opens the inbox, whose path and settings are set, for a runner. Ends the process if it cannot be used. */
void durable_open(struct durable *d, struct runner *r, struct filter *f);
void durable_close(struct runner *r);

/* Takes a message over; false: it is to be treated as without an inbox, because it is the redelivery of one
 * that could not be written. */
bool durable_take(struct runner *r, struct turn *t);
/* A link frame passes: no stored turn starts once the ring drains. */
void durable_link(struct runner *r, const struct frame *fr);

/* Writes what has gathered, and fetches turns that may run. Call it before turns are started. */
void durable_flush(struct runner *r, struct filter *f);
/* The moment of clock_ms() at which to call it again, or INT64_MAX. */
int64_t durable_until(const struct runner *r);
/* Marks stored turns as running before they are started; the others are left alone. False: none could be
 * marked. One that somebody else has changed meanwhile becomes NULL. */
bool durable_mark(struct runner *r, struct filter *f, struct turn **turns, size_t n);
/* Whether turns may start: none does when the ring drains, if all that wait are stored. */
bool durable_starts(const struct runner *r, const struct filter *f);

/* What there is to do: running are also those whose end is not written, waiting those that are not stored. */
struct load durable_load(const struct runner *r);
bool durable_full(const struct runner *r);
bool durable_busy(const struct runner *r, const struct filter *f);
/* The work ends early: reports the messages that are in no inbox, since they could not be written. */
void durable_stop(const struct runner *r);

#endif
