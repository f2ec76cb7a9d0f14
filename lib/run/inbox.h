/* SPDX-License-Identifier: MIT */
/* Messages that came in and have not ended yet: who may run, what waits, what is a redelivery (protocol §3).
 * No I/O.
 *
 * Each session has a queue, of which one message at a time runs. A session is in one of two lists when it has
 * a message that may run: `ready`, in the order in which the sessions got there, so that all get their turn,
 * or `later`, when its first message failed and is tried again at a given moment. A redelivery of a message
 * that waits or runs is held by that message and shares its fate. A redelivery has the bufferId, or the
 * session key and message id, of a delivery before; an edit only has the former. Each call costs the same
 * however many sessions there are, but for `later`.
 *
 * Owns the turns from inbox_take() on until one of the calls that end them. All zero is empty. */
#ifndef RELAY_RUN_INBOX_H
#define RELAY_RUN_INBOX_H

#include <stdint.h>

#include "run/seen.h"
#include "run/turn.h"

enum {
    INBOX_SESSION_MAX = 4096,       /* messages that wait in one session at most */
    INBOX_SESSION_BYTES = 16 << 20, /* and the length of their lines, but for the last one */
    INBOX_MAX = 16384,              /* the same for all sessions together */
    INBOX_BYTES = 64 << 20,
};

struct inbox {
    struct session *table, *ready, *later;
    size_t waiting, bytes,
        full; /* turns queued or held, the length of their lines; sessions at their maximum */
    struct seen buffers, messages;
};

enum inbox_verdict {
    INBOX_NEW,     /* it waits for its turn */
    INBOX_HELD,    /* a redelivery of one that waits or runs */
    INBOX_HANDLED, /* a redelivery of one that is handled: the caller keeps it */
    INBOX_FULL,    /* too many wait, here or in its session: the caller keeps it */
};

/* Takes a turn in, and over, unless the verdict says otherwise. */
enum inbox_verdict inbox_take(struct inbox *b, struct turn *t);
/* The next turn to run, or NULL; now: clock_ms(). It stays the inbox's, keeps its session from another one,
 * and ends in one of the three calls that follow. */
struct turn *inbox_next(struct inbox *b, int64_t now);
/* The moment from which inbox_next() may return one that it does not return now, or INT64_MAX. */
int64_t inbox_until(const struct inbox *b);
/* Frees a turn and what was held for it: all of it is handled, and a redelivery of it will be known. */
void inbox_handled(struct inbox *b, struct turn *t);
/* The same for what is not handled: a redelivery of it is a new message. */
void inbox_given_up(struct inbox *b, struct turn *t);
/* Puts a turn that ran back to the front of its session, to run again, not before that moment. */
void inbox_again(struct inbox *b, struct turn *t, int64_t at);
/* Takes out the first turn that waits in a session, with key NULL in any; NULL: none. It ends as one that
 * ran. */
struct turn *inbox_pop(struct inbox *b, const struct buf *key);
/* How many deliveries a turn stands for, with those that are held for it. */
size_t inbox_deliveries(const struct turn *t);
/* Whether no more should be taken for now: too many wait in all, or in a session. */
bool inbox_full(const struct inbox *b);
void inbox_free(struct inbox *b);

#endif
