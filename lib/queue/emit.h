/* SPDX-License-Identifier: MIT */
/* Actions of workers enter the ring here, and their results leave it. */
#ifndef RELAY_QUEUE_EMIT_H
#define RELAY_QUEUE_EMIT_H

#include "queue/claims.h"
#include "queue/handed.h"
#include "relay/filter.h"

/* Set f, claims, untold and max (the longest line), all else zero; call emit_free() at the end. */
struct emit {
    struct filter *f;
    struct claims *claims;
    struct untold *untold;
    size_t max;
    struct handed handed;
    bool emitted; /* something; for the caller to clear */
};

/* Emits the claims that are ready and have their turn. */
void emit_ready(struct emit *e);
/* Emits what is not stored; reports what is no action. */
void emit_quick(struct emit *e, struct span data);
/* A result came down: it goes to the worker that waits for it. */
void emit_result(struct emit *e, const struct frame *fr);
void emit_free(struct emit *e);

#endif
