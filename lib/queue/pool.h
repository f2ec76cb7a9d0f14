/* SPDX-License-Identifier: MIT */
/* What rings and workers agree on (relay-scale(7)): the streams of a pool, its subjects, and the requests
 * they take.
 *
 *     POOL_in     POOL.in.G.S     messages that are not handled yet
 *     POOL_ready  POOL.ready.G.S  the token of a session that has messages: one at most
 *     POOL_out    POOL.out.G      actions for that link
 *     POOL_sent   POOL.sent.G     actions that were handed to the link and have no result yet
 *     POOL_try    POOL.try.G.S    how often a session's first message was tried
 *     POOL_dead   POOL.dead.G.S   dead letters; POOL.dead.G.sent: actions whose state is unknown;
 *                                 POOL.dead.G.bad: what was to be an action and is none
 *     (not stored) POOL.ctl.G.S interrupts, POOL.now.G typing, POOL.who.G.S who holds a session
 *
 * G is the gateway id and S the session key, both as tokens of a subject (pool_token()). */
#ifndef RELAY_QUEUE_POOL_H
#define RELAY_QUEUE_POOL_H

#include "queue/bus.h"

enum pool_stream { POOL_IN, POOL_READY, POOL_OUT, POOL_SENT, POOL_TRY, POOL_DEAD, POOL_STREAMS };

/* What a tool does with the pool decides what pool_open() may ask without offending against its rights. */
enum pool_role {
    POOL_RING,   /* gives messages, takes actions: looks for the pool, makes it if it is not there */
    POOL_WORKER, /* takes messages, gives actions: the same */
    POOL_READER, /* looks at it: it must be there */
    POOL_MAKER,  /* makes what is not there */
};

struct pool {
    struct bus *bus;
    enum pool_role role;
    const char *name; /* of the pool: the prefix of streams and subjects; pool_name_fits() */
    int replicas;     /* of streams that are made */
    int64_t ack_wait; /* ms; of the consumer, if it is made; pool_open() sets a worker's to what it is */
};

/* Whether it can be a pool's name: 1 to 64 letters, digits, '-' and '_'. */
bool pool_name_fits(const char *name);

enum { POOL_TOKEN = 180 }; /* the longest token that is not cut, in bytes; one that was cut is longer */
/* Appends a token of a subject: bytes <= 0x20, >= 0x7f and . * > % as %XX; over POOL_TOKEN bytes it is cut
 * and a hash appended; "-" if empty. Different texts have different tokens. */
void pool_token(struct buf *out, struct span text);
/* Appends the name: the inverse of pool_token() for tokens that were not cut. */
void pool_untoken(struct buf *out, struct span token);
/* Appends POOL.KIND.G or, with session, POOL.KIND.G.S, from tokens; kind: "in", "ready", "ctl" … */
void pool_subject(struct buf *out, const struct pool *p, const char *kind, struct span gateway,
                  struct span session);

/* Finds the streams and the consumer, or makes them; blocks (seconds while a cluster elects, 30 at most).
 * Those that are there with another configuration are the operator's choice. Needs no right but those of the
 * role, unless something is to be made. Warns if the server is older than 2.10.23. False: *status is the exit
 * status, `why` the reason. */
bool pool_open(struct pool *p, int *status, struct buf *why);

enum pool_fate {
    POOL_DONE,  /* stored, found, deleted */
    POOL_AGAIN, /* no answer, or an error that may pass (why; NULL: no answer): nothing is known. It can come
                 * at once: wait before you ask again */
    POOL_NONE,  /* there is no such message (a delete of one that is gone is this, too) */
    POOL_FULL,  /* refused: the subject has its one message */
    POOL_REFUSED, /* an error that will not pass (rights, too long); why says it */
};

/* Valid during the callback. */
struct pool_answer {
    enum pool_fate fate;
    bool duplicate;            /* stored before, under the same id */
    uint64_t seq;              /* of what was stored or found */
    int64_t time;              /* of what was found: ms since the epoch, when it was stored */
    struct span subject, data; /* of what was found */
    struct span headers;       /* … raw, for pool_header() */
    struct span info;          /* pool_subjects(), pool_info(): the JSON of the answer */
    const char *why;
};
/* Appends an id as it is stored: blanks, control characters and % as %XX; cut as a token, over 400 bytes. */
void pool_id(struct buf *out, struct span id);

typedef void pool_fn(void *ctx, const struct pool_answer *a);
/* The value of a header of a message that was found; p is NULL if there is none. */
struct span pool_header(struct span headers, const char *name);

/* Each returns the request's number, for bus_forget(). */
/* Stores data under the subject. id: the Nats-Msg-Id, NULL: none; it is stored as pool_id() writes it.
 * headers: as for bus_out. */
uint64_t pool_put(struct pool *p, const char *subject, const char *id, const char *const *headers,
                  struct span data, pool_fn *fn, void *ctx);
/* The first message of the subject (wildcards allowed) with a sequence >= from (read at the leader). */
uint64_t pool_first(struct pool *p, enum pool_stream s, const char *subject, uint64_t from, pool_fn *fn,
                    void *ctx);
/* The last message of the subject. */
uint64_t pool_last(struct pool *p, enum pool_stream s, const char *subject, pool_fn *fn, void *ctx);
uint64_t pool_get(struct pool *p, enum pool_stream s, uint64_t seq, pool_fn *fn, void *ctx);
uint64_t pool_delete(struct pool *p, enum pool_stream s, uint64_t seq, pool_fn *fn, void *ctx);
/* Deletes all messages of the subject. */
uint64_t pool_purge(struct pool *p, enum pool_stream s, const char *subject, pool_fn *fn, void *ctx);
/* The subjects that hold messages, with counts: answer.info is the STREAM.INFO answer
 * ({"state":{"subjects":{…}}}). NULL subject: only the state. */
uint64_t pool_subjects(struct pool *p, enum pool_stream s, const char *subject, pool_fn *fn, void *ctx);
/* The state of the consumer "workers": answer.info. */
uint64_t pool_workers(struct pool *p, pool_fn *fn, void *ctx);

/* Tokens. A pull asks for one; it comes to the inbox as a message whose reply subject is its ack subject
 * ($JS.ACK…). */
bool pool_pull(struct pool *p, const char *inbox, int64_t expires);
struct token_facts {
    uint64_t delivered, seq;
}; /* how often it was delivered; its sequence in POOL_ready */
bool pool_token_read(struct token_facts *t, struct span ack_subject);
bool pool_ack(struct pool *p, const char *ack_subject);
bool pool_nak(struct pool *p, const char *ack_subject, int64_t delay); /* ms; 0: at once */
uint64_t pool_hold(struct pool *p, const char *ack_subject, int64_t ms, bus_fn *fn,
                   void *ctx); /* +WPI with an answer */

#endif
