/* SPDX-License-Identifier: MIT */
/* What is to be written into the inbox, in the order in which it happened: one transaction for all that has
 * gathered (design: relay-run, durable acceptance).
 *
 * An entry has its effect, an ack or an action that goes out, only once it is written. While the database
 * cannot be written, the entries stay, and are tried again every JOURNAL_PATIENCE. */
#ifndef RELAY_RUN_JOURNAL_H
#define RELAY_RUN_JOURNAL_H

#include "inbox/store.h"
#include "run/turn.h"

enum { JOURNAL_PATIENCE = 1000 }; /* ms */

enum entry_kind {
    ENTRY_TAKE,      /* a message is taken in; the entry owns the turn. id: its number, 0: it was known */
    ENTRY_ACTION,    /* an action of a turn; text: the action */
    ENTRY_MOVE,      /* an event of a turn; EVENT_ANSWER becomes what the results say; text: the reason */
    ENTRY_RESULT,    /* a result of a request; text: the frame; move: what follows for its turn, if moved */
    ENTRY_INTERRUPT, /* what waits in a session ends; text: its key. id: how many did. The entry owns the turn
                        of the message that did it, if any */
};

struct entry {
    struct entry *prev, *next;
    enum entry_kind kind;
    struct turn *turn;
    int64_t row; /* of the turn */
    struct buf text, request;
    bool content, kept; /* kept: the action is written, not only sent */
    bool grown;         /* … in place of the one with the same request */
    bool told;          /* that its turn is dead or ambiguous was reported */
    enum action_state state;
    struct store_move move;
    int64_t id;
};

struct journal {
    struct store *store;
    const char *path;
    /* The effect of an entry that is written; it may take the turn over. */
    void (*written)(void *ctx, struct entry *e);
    /* Called once, just before that is committed: its turn is dead or ambiguous now. */
    void (*tell)(void *ctx, const struct entry *e);
    void *ctx;

    struct entry *entries;
    size_t count;     /* entries */
    size_t bytes;     /* … and their length, while the database is down */
    size_t moves;     /* … of kind ENTRY_MOVE */
    bool down;        /* the last try failed, which was told */
    int64_t retry_at; /* clock_ms() of the next try while it is down */
};

/* Appends an entry, all zero except its kind and turn (whose row it takes); the caller fills in the rest. */
struct entry *journal_add(struct journal *j, enum entry_kind kind, struct turn *t);
/* Takes an entry out of the journal and frees it. keep: but not a turn that it owns. */
void journal_drop(struct journal *j, struct entry *e, bool keep);

enum journal_flushed {
    JOURNAL_WRITTEN, /* all entries are written, and have had their effects */
    JOURNAL_FAILED,  /* the database cannot be written; if *first, since now */
    JOURNAL_WAITS,   /* … it is not time for another try */
};
/* Writes what has gathered. A failure lasts until something is written. */
enum journal_flushed journal_flush(struct journal *j, bool *first);
/* The database refused something else: no further try before JOURNAL_PATIENCE has passed. True: it is the
 * first failure. */
bool journal_fail(struct journal *j);

#endif
