/* SPDX-License-Identifier: MIT */
/* Requests to a pool one after another, for tools that end when they have their answers. */
#ifndef RELAY_QUEUE_DESK_H
#define RELAY_QUEUE_DESK_H

#include "queue/pool.h"

enum desk_kind { DESK_FIRST, DESK_DELETE, DESK_PUT, DESK_SUBJECTS, DESK_WORKERS };

/* A request; what its kind does not need is not read. */
struct desk_ask {
    enum desk_kind kind;
    enum pool_stream stream;
    const char *subject; /* DESK_SUBJECTS: NULL for the state only */
    uint64_t seq;        /* DESK_FIRST: to look from */
    const char *id;      /* DESK_PUT, as pool_put() */
    const char *const *headers;
    struct span data;
};

/* Waits for the answer, which `fn` (may be NULL) gets: POOL_DONE, POOL_NONE or POOL_FULL. Asks again for 10 s
 * if there is none. Ends the process with EX_UNAVAILABLE if there is none then, or if the pool refuses. */
enum pool_fate desk_ask(struct pool *p, const struct desk_ask *ask, pool_fn *fn, void *ctx);

#endif
