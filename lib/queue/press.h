/* SPDX-License-Identifier: MIT */
/* Presses of the prompts that a running turn has asked: each is given to COMMAND beside the turn's message,
 * ahead of what waits between the two, or the turn would wait for it for ever.
 *
 * A press is looked for when a prompt is asked, since the turn may be one that runs again, when the ring says
 * that one has been stored, and from time to time. It is deleted once COMMAND has acknowledged it and its
 * actions are stored.
 */
#ifndef RELAY_QUEUE_PRESS_H
#define RELAY_QUEUE_PRESS_H

#include "queue/given.h"
#include "queue/pool.h"

struct press {
    struct press *prev, *next;
    struct presses *in;
    struct given given;
    unsigned pending; /* its actions that are not stored */
    bool acked, failed, deleted;
    uint64_t request; /* its delete; 0: none */
    int64_t again_at; /* when to ask for that again */
};

/* Set pool, subject, give and ctx; all else zero. */
struct presses {
    struct pool *pool;
    char *subject; /* of the session's messages; owned */
    void (*give)(void *ctx, const struct given *g);
    void *ctx;

    struct buf prompts;  /* the prompt_ids asked by the turn, JSON texts, one a line */
    struct press *list;  /* those that COMMAND has */
    uint64_t request;    /* the look in flight; 0: none */
    uint64_t from, next; /* its sequence, and that of the next one, 0: none is wanted */
    int64_t again_at;    /* when to look again; 0: not */
};

/* The turn of the message with that sequence asks a prompt (the id as JSON text). */
void press_asked(struct presses *p, struct span prompt_id, uint64_t message);
/* A press is stored with that sequence. */
void press_hint(struct presses *p, uint64_t seq);
/* The press with that id (text) that COMMAND has; NULL: none. */
struct press *press_find(const struct presses *p, struct span id);
/* It was answered, has made an action, has one stored; it may be freed. A failed one stays in the pool. */
void press_acked(struct press *one);
void press_failed(struct press *one);
void press_acts(struct press *one);
void press_stored(struct press *one);
/* The turn is over: nothing is looked for any longer. */
void press_end(struct presses *p);
/* Makes requests again that had no answer. */
void press_tick(struct presses *p, int64_t now);
int64_t press_until(const struct presses *p);
/* Forgets all. */
void press_forget(struct presses *p);

#endif
