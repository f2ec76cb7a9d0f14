/* SPDX-License-Identifier: MIT */
/* Messages that came in and are not handled yet: who may run, what waits, what is a redelivery (protocol §3).
 * No I/O.
 *
 * A redelivery has the bufferId, or the platform, chat and message id, of a delivery before; an edit has only
 * the former. All zero is empty. */
#ifndef RELAY_RUN_INBOX_H
#define RELAY_RUN_INBOX_H

#include "run/queues.h"
#include "run/seen.h"

enum {
    INBOX_MAX = 1024,       /* messages that wait at most */
    INBOX_BYTES = 16 << 20, /* and the length of their lines, but for the last one */
};

struct inbox {
    struct queues queues;
    struct seen buffers, messages;
};

enum inbox_verdict {
    INBOX_NEW,     /* it waits for its turn */
    INBOX_HELD,    /* a redelivery of one that waits or runs: it shares its fate */
    INBOX_HANDLED, /* a redelivery of one that is handled: the caller keeps it */
};

/* Takes a turn in, and over, unless it is handled. */
enum inbox_verdict inbox_take(struct inbox *b, struct turn *t);
/* The next turn to run, or NULL. It stays the inbox's, and ends in one of the next two calls. */
struct turn *inbox_next(struct inbox *b);
/* Frees a turn that ran and what was held for it: all of it is handled. */
void inbox_handled(struct inbox *b, struct turn *t);
/* Frees a turn that ran and failed; the first redelivery held for it runs next in its session. */
void inbox_failed(struct inbox *b, struct turn *t);
/* Drops what waits in a session, with key NULL in all; returns how many deliveries that were. */
size_t inbox_drop(struct inbox *b, const struct buf *key);
/* Drops what is held for a running turn; returns how many deliveries that were. */
size_t inbox_drop_held(struct inbox *b, struct turn *t);
/* Whether no more should be taken for now; whether something waits. */
bool inbox_full(const struct inbox *b);
bool inbox_waits(const struct inbox *b);
void inbox_free(struct inbox *b);

#endif
