/* SPDX-License-Identifier: MIT */
/* The parts of the store; private to lib/inbox/. */
#ifndef RELAY_INBOX_INTERNAL_H
#define RELAY_INBOX_INTERNAL_H

#include "inbox/sqlite.h"
#include "inbox/store.h"

enum { STORE_BUSY = 10000 }; /* ms to wait for another process that writes */

/* The statements that are prepared once. */
enum store_number {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_IS_KNOWN,
    STORE_KNOW,
    STORE_TAKE,
    STORE_STATE_OF,
    STORE_MOVE,
    STORE_FORGET,
    STORE_INTERRUPT,
    STORE_WISH,
    STORE_SESSIONS,
    STORE_ADD_ACTION,
    STORE_SET_ACTION,
    STORE_SETTLE,
    STORE_RESEND,
    STORE_COUNT,
    STORE_SETTLE_ALL,
    STORE_ANSWERS,
    STORE_ACTIONS,
    STORE_STATEMENTS
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_STATEMENTS]; /* prepared when first needed */
    bool soon;                                  /* a commit does not wait for the disk */
    int code;                                   /* of the last call that failed */
    struct buf problem;
};

/* Keeps the reason of a failure, and rolls back. Always false. */
bool store_failed(struct store *s);
/* The statement with that number, ready to be bound, or NULL. */
sqlite3_stmt *store_statement(struct store *s, enum store_number number, const char *sql);
/* Runs a statement that returns no rows. */
bool store_run(struct store *s, sqlite3_stmt *st);
/* The next row: 1; none: 0; failure: -1. */
int store_row(struct store *s, sqlite3_stmt *st);
/* Binds text, or NULL if p is NULL. The bytes must stay until the statement has run. */
void store_bind(sqlite3_stmt *st, int column, struct span text);
struct span store_text(sqlite3_stmt *st, int column);

#endif
