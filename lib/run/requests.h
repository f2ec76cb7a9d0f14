/* SPDX-License-Identifier: MIT */
/* The requests made for turns: every action that is emitted for a turn carries a requestId, and the
 * outbound_result frames that come down the ring are matched with it (protocol §2, §3; relay-frames(5)).
 *
 * An action has at least one result; a text that relay-send splits has one per part, with the ids ID, ID/2 …,
 * and a refused action may be sent again: result_is_last() (relay/result.h) tells whether another one
 * follows. A request belongs to its turn and is forgotten with it, or at the start of the turn's next run.
 *
 * Set `wanted`, all else zero. Nothing needs to be freed once all turns are freed. */
#ifndef RELAY_RUN_REQUESTS_H
#define RELAY_RUN_REQUESTS_H

#include "relay/filter.h"
#include "run/turn.h"

enum {
    REQUESTS_MAX = 1 << 18, /* requests kept; beyond that the oldest is forgotten */
    REQUEST_ID_MAX = 1024,  /* longest requestId, bytes of JSON: relay-send takes no longer one */
};

struct requests {
    bool wanted; /* results come by; if not, actions get a requestId and are not kept */
    /* If set, takes the actions of turns that are in an inbox instead of the filter; q: the request, or NULL.
     */
    void (*keep)(void *ctx, struct turn *t, struct buf *action, struct request *q);
    void *ctx;
    size_t pending; /* bytes of actions that wait there for a long time: COMMANDs are to wait too */
    struct request *table;
};

struct request {
    struct turn *turn; /* for which it was made; not owned */
    bool content;      /* a user would read it (op_has_content()) */
    bool grows;        /* a text of which more is to follow */
    bool heard;        /* COMMAND made it, and hears its results (run/talk.h) */
    int64_t tag;       /* for whoever made it; 0 at first */
    unsigned known;    /* for the inbox (run/effect.c); 0 at first */

    struct requests *in;
    struct request *prev, *next; /* of the same turn */
    struct request_key *key;
};

/* Enters an action (an object's text) and gives it a requestId, unless it has one; null counts as none.
 * Returns NULL, or why the action cannot be sent (static text): its requestId is no string, is too long, or
 * is in flight already. *made, which may be NULL: the request; NULL if none is kept. An interrupt has no
 * result: it stays as it is. A text that grows (the op stream) is one request. */
const char *requests_add(struct requests *r, struct turn *t, struct buf *action, struct request **made);
/* The same, and emits the action and empties the buffer, unless the action cannot be sent. */
const char *requests_emit(struct requests *r, struct filter *f, struct turn *t, struct buf *action,
                          struct request **made);
/* The request that a result with that requestId (JSON text) answers, also as the result of a part: ID/2. NULL
 * if there is none. */
struct request *requests_find(const struct requests *r, struct span id);
/* Appends a requestId for a request of a turn, 32 hex digits: a random one, or for a message that came
 * through a queue a hash of its delivery and of how many were named before, so that a run again gives the
 * same ids. */
void requests_name(struct buf *id, struct turn *t);
/* Its requestId as text. */
struct span request_id(const struct request *q);
/* Forgets a request, after its last result. */
void requests_close(struct request *q);
/* Forgets all requests of a turn. */
void requests_leave(struct turn *t);

#endif
