/* SPDX-License-Identifier: MIT */
/* The flip to buffered-only as dial sees it (protocol §3): who asks, whether it is acked, when nobody waits
 * for it any more. "Carried on this connection" is apart from "awaited", which is the ledger's: an ack counts
 * however late it comes. Pure: moments are given. */
#ifndef RELAY_DIAL_FLIP_H
#define RELAY_DIAL_FLIP_H

#include <stdbool.h>
#include <stdint.h>

enum { FLIP_ASK_MS = 1000 }; /* for `link draining` to come round, before dial asks by itself */

/* All zero at start, but ask_at = INT64_MAX. */
struct flip {
    bool carried;       /* a going_idle went up on this connection */
    bool asked;         /* that was dial's */
    bool acked;         /* flipped: nothing comes live any more */
    bool failed;        /* no ack came in time, since the drain began */
    bool draining;      /* a drain has begun */
    bool draining_back; /* its `link draining` has come round */
    bool ack_back;      /* going_idle_ack has come round */
    int64_t ask_at;     /* the moment dial asks by itself, if nothing happens before; INT64_MAX */
};

/* A connection is open: what another one carried says nothing of it. */
void flip_opened(struct flip *f);
/* A drain begins. silent: no link frames go round that could come back. */
void flip_drain(struct flip *f, bool silent, int64_t now);
/* A going_idle comes up. True: it is to be sent; false: the one that is out, or its ack, does for it. */
bool flip_wanted(struct flip *f);
/* The connection is handed one. */
void flip_sent(struct flip *f);
/* Dial asks. */
void flip_ask(struct flip *f);
/* A going_idle_ack came. */
void flip_ack(struct flip *f);
/* An ack is overdue, or was lost with its connection. */
void flip_late(struct flip *f);
/* What came round at the tail. */
void flip_round(struct flip *f, bool ack);
/* Whether none is to be waited for: it failed, or nobody asks. awaited: an ack is owed. */
bool flip_off(const struct flip *f, bool awaited);
/* Whether all that came live before the flip, or before the drain if there is no flip, has gone round. */
bool flip_passed(const struct flip *f);

#endif
