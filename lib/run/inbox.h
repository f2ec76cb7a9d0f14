/* SPDX-License-Identifier: MIT */
/* Messages that came in and have not ended yet: which may run, which wait, and which are redeliveries
 * (protocol §3). No I/O.
 *
 * Each session has a queue, from which one message at a time runs. A session with a message that may run is
 * in one of two lists: `ready`, in the order in which the sessions got there, so that all get their turn; or
 * `later`, if its first message failed and is to be tried again at a given moment. A redelivery of a message
 * that waits or runs is held by that message and shares its fate. A redelivery is recognised by its bufferId,
 * or by its session key and message id; an edit, only by its bufferId. The cost of a call does not depend on
 * the number of sessions, except for `later`.
 *
 * With a store (relay-run --inbox), a queue holds the first turns of its session only: the rest are in the
 * store alone, and the session is `hungry` once its queue is empty. So the memory is bounded however many
 * wait, and inbox_queue() takes turns without looking for redeliveries.
 *
 * Owns the turns from inbox_take() until one of the calls that end them. All zero is empty; call inbox_free()
 * at the end. */
#ifndef RELAY_RUN_INBOX_H
#define RELAY_RUN_INBOX_H

#include <stdint.h>

#include "relay/seen.h"
#include "run/turn.h"

enum {
    INBOX_SESSION_MAX = 4096,       /* most messages that wait in one session */
    INBOX_SESSION_BYTES = 16 << 20, /* … and most bytes of their lines, not counting the last one */
    INBOX_MAX = 16384,              /* the same for all sessions together */
    INBOX_BYTES = 64 << 20,
    INBOX_WINDOW = 32, /* with a store: most turns of a session in its queue */
};

struct inbox {
    struct session *table, *ready, *later, *hungry;
    size_t waiting, bytes,
        full;    /* turns queued or held; the length of their lines; sessions at their maximum */
    size_t rows; /* of those that wait, the ones that are in the store */
    struct seen buffers, messages;
};

enum inbox_verdict {
    INBOX_NEW,     /* queued */
    INBOX_HELD,    /* a redelivery of a message that waits or runs */
    INBOX_HANDLED, /* a redelivery of a message that is handled: the caller still owns it */
    INBOX_FULL,    /* too many wait, in all or in its session: the caller still owns it */
};

/* Takes a turn in and takes over its ownership, unless the verdict says otherwise. */
enum inbox_verdict inbox_take(struct inbox *b, struct turn *t);
/* Whether it is a redelivery: inbox_take() would hold it, or say that it is handled. */
bool inbox_knows(const struct inbox *b, const struct turn *t);
/* The turn that holds it after INBOX_HELD, or would hold it; NULL: none. */
struct turn *inbox_holder(const struct inbox *b, const struct turn *t);
/* Notes that a turn which the caller owns is handled without having been taken in. */
void inbox_pass(struct inbox *b, const struct turn *t);
/* The next turn to run, or NULL; now: clock_ms(). The inbox still owns it, no other turn of its session may
 * run meanwhile, and it must be ended by inbox_handled(), inbox_given_up() or inbox_again(). */
struct turn *inbox_next(struct inbox *b, int64_t now);
/* The moment from which inbox_next() may return one that it does not return now, or INT64_MAX. */
int64_t inbox_until(const struct inbox *b);
/* Frees a turn and the redeliveries held for it: all are handled, and further redeliveries are recognised. */
void inbox_handled(struct inbox *b, struct turn *t);
/* The same for a turn that is not handled: a redelivery of it is a new message. */
void inbox_given_up(struct inbox *b, struct turn *t);
/* Puts a turn that ran back at the front of its session's queue, to run again, not before that moment. */
void inbox_again(struct inbox *b, struct turn *t, int64_t at);
/* Takes out the first turn that waits in a session, or, with key NULL, in any session; NULL: none. It must be
 * ended like one that ran. */
struct turn *inbox_pop(struct inbox *b, const struct buf *key);
/* Whether the turn is a redelivery of one that was taken by inbox_take(), running, waiting or handled. */
bool inbox_knows(const struct inbox *b, const struct turn *t);

/* For turns that are in a store, `row` set. Queues one and owns it; false: there is no room, or turns of its
 * session are in the store only: it will be among those that inbox_feed() is given. */
bool inbox_queue(struct inbox *b, struct turn *t);
/* There are turns of that session in the store. */
void inbox_deepen(struct inbox *b, struct span key);
/* A session to call inbox_feed() for, or NULL: there is none, or no room. Its key is valid until then. */
struct session *inbox_hungry(const struct inbox *b, struct span *key);
/* The first turns of a hungry session, n of them, at most INBOX_WINDOW; more: there are others in the store;
 * at: the first one may not run before that moment, 0: at once. Owns the turns. */
void inbox_feed(struct inbox *b, struct session *s, struct turn *const *turns, size_t n, bool more,
                int64_t at);
/* Takes a turn that waits out of its queue; NULL: it is not there. The caller owns it. */
struct turn *inbox_pull(struct inbox *b, struct span key, int64_t row);
/* A turn that waits for its next try need not, and its attempts start again. */
void inbox_hurry(struct inbox *b, struct span key, int64_t row);
/* Whether turns of that session wait. */
bool inbox_waits(const struct inbox *b, struct span key);
/* Whether turns of it wait that are in the store. */
bool inbox_holds(const struct inbox *b, struct span key);
/* Gives a turn that ran to the caller: the session may run its next one. */
void inbox_release(struct inbox *b, struct turn *t);

/* How many deliveries a turn stands for: itself and those held for it. */
size_t inbox_deliveries(const struct turn *t);
/* Whether no more should be taken for now: too many wait, in all or in a session. */
bool inbox_full(const struct inbox *b);
void inbox_free(struct inbox *b);

#endif
