/* SPDX-License-Identifier: MIT */
/* The way in: messages of the link go into the pool, and so do interrupts (relay-scale(7)).
 *
 * Each session has a lane. One message of a lane is on its way at a time, lanes side by side; a message is
 * acknowledged to the connector once it is stored, and then its session gets its token. Without an answer it
 * is sent again under the same id, for as long as it takes. An interrupt waits for the message on its way,
 * empties the session in the pool, and tells the workers. Call intake_free() at the end. */
#ifndef RELAY_QUEUE_INTAKE_H
#define RELAY_QUEUE_INTAKE_H

#include "queue/message.h"
#include "queue/pool.h"
#include "relay/filter.h"
#include "relay/seen.h"

enum {
    INTAKE_MAX = 1024,            /* so many wait: input that can wait is not read */
    INTAKE_BYTES = 16 << 20,      /* … or such a length of their lines */
    INTAKE_MOST = 16384,          /* so many wait in a ring: a message is refused */
    INTAKE_MOST_BYTES = 64 << 20, /* … the same */
    INTAKE_TOKENS = 256,          /* tokens on their way at once */
};

struct intake {
    struct pool *pool;
    struct filter *f;
    const struct link_name *link;
    char nonce[33];
    uint64_t nameless; /* messages without an id of their own */
    struct lane *table;
    struct lane *wanting;  /* lanes that want a token */
    size_t tokens;         /* on their way */
    size_t waiting, bytes; /* messages that are not stored, and the length of their lines */
    size_t live;           /* … those of them that nobody delivers again */
    uint64_t stored;       /* messages that were stored, ever */
    int64_t next_at;       /* the earliest moment at which a request is to be made again */
    bool silent;           /* the latest answer was none */
    struct seen seen;      /* messages that were stored, by session and message id */
};

/* All borrowed. All else zero. */
void intake_init(struct intake *in, struct pool *p, struct filter *f, const struct link_name *l);
/* An inbound frame, which passes on before. */
void intake_take(struct intake *in, const struct frame *fr);
/* An interrupt_inbound frame, which passes on before: what waits here of its session is dropped and
 * acknowledged. */
void intake_interrupt(struct intake *in, const struct frame *fr);
/* The session with that token has messages in the pool: it gets its token. */
void intake_token(struct intake *in, struct span session);
void intake_prepare(struct intake *in, struct pollset *ps);
void intake_ready(struct intake *in);
/* The connection came back: what is on its way is sent again. */
void intake_again(struct intake *in);
/* Whether input that can wait should wait; whether no message more is taken. */
bool intake_full(const struct intake *in);
bool intake_stuffed(const struct intake *in);
/* Whether messages, tokens or interrupts are on their way. */
bool intake_busy(const struct intake *in);
/* The end has come before they were stored: tells what is lost (75) and what the connector delivers again. */
void intake_give_up(struct intake *in, const char *why);
void intake_free(struct intake *in);

#endif
