/* SPDX-License-Identifier: MIT */
/* Who asked for which action: several writers may use the same requestId, so each action gets one that is
 * unique, and its results go back under the writer's own. No I/O. */
#ifndef RELAY_CONTROL_ASKS_H
#define RELAY_CONTROL_ASKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "relay/frame.h"

enum { ASKS_MOST = 65536, ASK_ID_MOST = 1024 }; /* requests in flight; the longest requestId, bytes of JSON */

struct ask {
    struct ask *prev, *next; /* of the same writer */
    void *who;               /* NULL: the writer has gone, or takes no answers */
    struct buf own;          /* the writer's requestId, JSON text; empty: it gave none */
    struct buf end;          /* the action that ends its growing text early; empty: it is not growing */
    struct ask_key *key;
};

/* All zero is empty. */
struct asks {
    struct ask_key *table;
    struct ask *nobody; /* those whose writer has gone */
    size_t n;
};

/* Enters a request of a writer, at the front of its list; own: its requestId (JSON text), or {NULL, 0}.
 * Appends the unique requestId, JSON text. */
struct ask *asks_add(struct asks *a, struct ask **list, void *who, struct span own, struct buf *id);
/* The writer's request with that requestId of its own, or NULL; appends the unique one. */
struct ask *asks_own(struct ask *list, struct span own, struct buf *id);
/* Keeps what ends the growing text of that action, under the unique requestId; nothing if the action is its
 * end. */
void ask_keep_end(struct ask *k, const struct frame *action, struct span id);
/* The request that a result with that requestId (JSON text) answers, also as the result of a part: ID/2.
 * NULL: it is none of ours. Appends the writer's requestId for it, JSON text. */
struct ask *asks_find(const struct asks *a, struct span id, struct buf *own);
/* Forgets a request, after its last result. list: that of its writer; it is not used if the writer has gone.
 */
void asks_close(struct asks *a, struct ask **list, struct ask *k);
/* The writer has gone: its requests stay, so that their results are known to be nobody's. */
void asks_leave(struct asks *a, struct ask **list);
void asks_free(struct asks *a);

#endif
