/* SPDX-License-Identifier: MIT */
/* The inbox: looking for messages, and pruning them. */
#include <stdio.h>

#include "base/clock.h"
#include "inbox/internal.h"

static enum store_wish wish_of(struct span word)
{
    return span_eq(word, "retry") ? WISH_RETRY : span_eq(word, "drop") ? WISH_DROP : WISH_NONE;
}

static void add_states(struct buf *sql, unsigned states)
{
    const char *comma = "";
    if (!states)
        return;
    buf_str(sql, " AND state IN (");
    for (int i = 0; i < TURN_STATES; i++) {
        if (!(states & 1U << i))
            continue;
        buf_printf(sql, "%s'%s'", comma, turn_state_word((enum turn_state)i));
        comma = ", ";
    }
    buf_ch(sql, ')');
}

static void write_query(struct buf *sql, const struct store_query *q)
{
    buf_str(
        sql,
        "SELECT id, buffer, session, message, frame, reason, state, wish, attempts, next_try, taken, changed"
        " FROM turns WHERE 1");
    if (q->session.p)
        buf_str(sql, " AND session = ?1");
    add_states(sql, q->states);
    if (q->id)
        buf_printf(sql, " AND id = %jd", (intmax_t)q->id);
    if (q->after)
        buf_printf(sql, " AND id > %jd", (intmax_t)q->after);
    if (q->before)
        buf_printf(sql, " AND changed < %jd", (intmax_t)q->before);
    if (q->wished)
        buf_str(sql, " AND wish IS NOT NULL");
    buf_str(sql, " ORDER BY id");
    if (q->limit)
        buf_printf(sql, " LIMIT %jd", (intmax_t)q->limit);
}

static struct store_turn read_turn(sqlite3_stmt *st)
{
    return (struct store_turn){
        .id = sqlite.column_int64(st, 0),
        .buffer = store_text(st, 1),
        .session = store_text(st, 2),
        .message = store_text(st, 3),
        .frame = store_text(st, 4),
        .reason = store_text(st, 5),
        .state = turn_state_of(store_text(st, 6)),
        .wish = wish_of(store_text(st, 7)),
        .attempts = (int)sqlite.column_int64(st, 8),
        .next_try = sqlite.column_int64(st, 9),
        .taken = sqlite.column_int64(st, 10),
        .changed = sqlite.column_int64(st, 11),
    };
}

bool store_find(struct store *s, const struct store_query *q,
                bool (*each)(void *ctx, const struct store_turn *t), void *ctx)
{
    struct buf sql = {0};
    sqlite3_stmt *st = NULL;
    write_query(&sql, q);
    if (sqlite.prepare_v3(s->db, buf_cstr(&sql), -1, 0, &st, NULL) != SQLITE_OK)
        store_failed(s);
    buf_free(&sql);
    if (!st)
        return false;
    if (q->session.p)
        store_bind(st, 1, q->session);
    int got;
    while ((got = store_row(s, st)) == 1) {
        struct store_turn t = read_turn(st);
        if (!each(ctx, &t))
            break;
    }
    sqlite.finalize(st);
    return got >= 0;
}

bool store_count(struct store *s, enum turn_state state, int64_t *count)
{
    sqlite3_stmt *st = store_statement(s, STORE_COUNT, "SELECT count(*) FROM turns WHERE state = ?");
    if (st)
        store_bind(st, 1, span_of(turn_state_word(state)));
    if (store_row(s, st) != 1)
        return false;
    *count = sqlite.column_int64(st, 0);
    sqlite.reset(st);
    return true;
}

bool store_sessions(struct store *s, bool (*each)(void *ctx, struct span session, int64_t waiting), void *ctx)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_SESSIONS,
        "SELECT session, count(*) FROM turns WHERE state IN ('waiting', 'retrying')"
        " GROUP BY session ORDER BY min(id)");
    int got;
    while ((got = store_row(s, st)) == 1)
        if (!each(ctx, store_text(st, 0), sqlite.column_int64(st, 1)))
            break;
    if (got == 1)
        sqlite.reset(st);
    return got >= 0;
}

/* Removes the text of messages that must stay recognised. */
static bool blank(struct store *s, int64_t before)
{
    char sql[320];
    snprintf(
        sql, sizeof sql,
        "UPDATE turns SET frame = '' WHERE id IN (SELECT id FROM turns WHERE state IN ('done', 'interrupted')"
        " AND changed < %jd AND frame <> '' AND id > (SELECT max(id) FROM turns) - %d);",
        (intmax_t)before, STORE_REMEMBER);
    return sqlite.exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(s);
}

bool store_prune(struct store *s, int64_t before, int64_t limit, int64_t *count)
{
    char sql[960];
    snprintf(
        sql, sizeof sql,
        "CREATE TEMP TABLE IF NOT EXISTS old (id INTEGER PRIMARY KEY);"
        "DELETE FROM temp.old;"
        "INSERT INTO temp.old SELECT id FROM turns WHERE state IN ('done', 'interrupted') AND changed < %jd"
        " AND id <= (SELECT max(id) FROM turns) - %d LIMIT %jd;"
        "DELETE FROM actions WHERE turn IN (SELECT id FROM temp.old);"
        "DELETE FROM seen WHERE turn IN (SELECT id FROM temp.old);"
        "DELETE FROM turns WHERE id IN (SELECT id FROM temp.old);",
        (intmax_t)before, STORE_REMEMBER, (intmax_t)limit);
    *count = 0;
    if (sqlite.exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_failed(s);
    *count = sqlite.changes(s->db);
    return blank(s, before);
}
