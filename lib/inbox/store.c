/* SPDX-License-Identifier: MIT */
/* The inbox: its connection, statements and transactions. */
#include <stdlib.h>
#include <string.h>

#include "inbox/internal.h"

void store_close(struct store *s)
{
    for (int i = 0; i < STORE_STATEMENTS; i++)
        if (s->statements[i])
            sqlite.finalize(s->statements[i]);
    if (s->db)
        sqlite.close_v2(s->db);
    buf_free(&s->problem);
    free(s);
}

const char *store_problem(const struct store *s)
{
    return s->problem.len ? s->problem.p : "";
}

bool store_damaged(const struct store *s)
{
    return (s->code & 0xff) == SQLITE_CORRUPT || (s->code & 0xff) == SQLITE_NOTADB;
}

bool store_failed(struct store *s)
{
    s->code = sqlite.errcode(s->db);
    int primary = s->code & 0xff, error = sqlite.system_errno(s->db);
    s->problem.len = 0;
    buf_str(&s->problem, sqlite.errmsg(s->db));
    if (error && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
        buf_printf(&s->problem, ": %s", strerror(error));
    buf_cstr(&s->problem);
    store_rollback(s);
    return false;
}

void store_rollback(struct store *s)
{
    if (s->db && !sqlite.get_autocommit(s->db)) /* NULL: there was no memory to open it */
        sqlite.exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

sqlite3_stmt *store_statement(struct store *s, enum store_number number, const char *sql)
{
    sqlite3_stmt **st = &s->statements[number];
    if (!*st && sqlite.prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK)
        store_failed(s);
    return *st;
}

int store_row(struct store *s, sqlite3_stmt *st)
{
    int code = st ? sqlite.step(st) : SQLITE_ERROR;
    if (code == SQLITE_ROW)
        return 1;
    if (st) {
        sqlite.reset(st); /* keeps the reason of a failure */
        if (code != SQLITE_DONE)
            store_failed(s);
        sqlite.clear_bindings(st);
    }
    return code == SQLITE_DONE ? 0 : -1;
}

bool store_run(struct store *s, sqlite3_stmt *st)
{
    return store_row(s, st) == 0;
}

void store_bind(sqlite3_stmt *st, int column, struct span text)
{
    if (text.p && text.n <= INT32_MAX)
        sqlite.bind_text(st, column, text.p, (int)text.n, SQLITE_STATIC);
    else
        sqlite.bind_null(st, column);
}

struct span store_text(sqlite3_stmt *st, int column)
{
    const char *p = (const char *)sqlite.column_text(st, column);
    return p ? (struct span){p, (size_t)sqlite.column_bytes(st, column)} : (struct span){NULL, 0};
}

/* Whether a commit waits for the disk. */
static bool wait_for_disk(struct store *s, bool wait)
{
    if (s->soon == !wait)
        return true;
    if (sqlite.exec(s->db, wait ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", NULL, NULL,
                    NULL))
        return store_failed(s);
    s->soon = !wait;
    return true;
}

bool store_begin_soon(struct store *s)
{
    return wait_for_disk(s, false) && store_run(s, store_statement(s, STORE_BEGIN, "BEGIN IMMEDIATE"));
}

bool store_begin(struct store *s)
{
    if (!wait_for_disk(s, true))
        return false;
    return store_run(s, store_statement(s, STORE_BEGIN, "BEGIN IMMEDIATE"));
}

bool store_commit(struct store *s)
{
    return store_run(s, store_statement(s, STORE_COMMIT, "COMMIT"));
}
