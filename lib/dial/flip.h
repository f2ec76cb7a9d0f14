/* SPDX-License-Identifier: MIT */
/* The flip to buffered-only as dial sees it (protocol §3): who asks, whether it is acked, when to stop
 * waiting for it. "Carried on this connection" is separate from "awaited", which the ledger keeps: an ack
 * counts however late it comes. Pure: moments are parameters. */
#ifndef RELAY_DIAL_FLIP_H
#define RELAY_DIAL_FLIP_H

#include <stdbool.h>
#include <stdint.h>

enum { FLIP_ASK_MS = 1000 }; /* ms for `link draining` to come round before dial asks by itself */

/* All zero at start, but ask_at = INT64_MAX. */
struct flip {
    bool carried;       /* a going_idle went up on this connection */
    bool asked;         /* … and dial asked for it */
    bool acked;         /* flipped: no more messages come live */
    bool failed;        /* no ack came in time, since the drain began */
    bool draining;      /* a drain has begun */
    bool draining_back; /* its `link draining` has come round */
    bool ack_back;      /* going_idle_ack has come round */
    int64_t ask_at;     /* the moment dial asks by itself, if nothing happens before; INT64_MAX: never */
};

/* A connection is open: what an earlier one carried does not count for it. */
void flip_opened(struct flip *f);
/* A drain begins. silent: no link frames are sent round, so none can come back. */
void flip_drain(struct flip *f, bool silent, int64_t now);
/* A going_idle comes up. True: send it; false: one that is out, or its ack, serves instead. */
bool flip_wanted(struct flip *f);
/* A going_idle was handed to the connection. */
void flip_sent(struct flip *f);
/* Dial asks by itself. */
void flip_ask(struct flip *f);
/* A going_idle_ack came. */
void flip_ack(struct flip *f);
/* An ack is overdue, or was lost with its connection. */
void flip_late(struct flip *f);
/* A mark came round at the tail: the ack (ack), or `link draining` (not ack). */
void flip_round(struct flip *f, bool ack);
/* Whether no flip is to be awaited: it failed, or is not asked for. awaited: an ack is owed. */
bool flip_off(const struct flip *f, bool awaited);
/* Whether everything that came live before the flip (or before the drain, without a flip) has gone round. */
bool flip_passed(const struct flip *f);

#endif
