/* SPDX-License-Identifier: MIT */
/* The inbox: the actions made for messages, and their results. */
#include "inbox/internal.h"

bool store_add_action(struct store *s, const struct store_action *a)
{
    sqlite3_stmt *st = store_statement(s, STORE_ADD_ACTION,
                                       "INSERT INTO actions (turn, attempt, request, frame, content)"
                                       " SELECT id, attempts, ?2, ?3, ?4 FROM turns WHERE id = ?1");
    if (st) {
        sqlite.bind_int64(st, 1, a->turn);
        store_bind(st, 2, a->request);
        store_bind(st, 3, a->frame);
        sqlite.bind_int64(st, 4, a->content);
    }
    return store_run(s, st);
}

bool store_set_action(struct store *s, const struct store_action *a)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_SET_ACTION,
        "UPDATE actions SET frame = ?3 WHERE id ="
        " (SELECT id FROM actions WHERE turn = ?1 AND request = ?2 ORDER BY id DESC LIMIT 1)");
    if (st) {
        sqlite.bind_int64(st, 1, a->turn);
        store_bind(st, 2, a->request);
        store_bind(st, 3, a->frame);
    }
    return store_run(s, st);
}

bool store_settle(struct store *s, int64_t turn, struct span request, enum action_state state,
                  struct span result)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_SETTLE,
        "UPDATE actions SET state = ?1, result = ?2 WHERE id ="
        " (SELECT id FROM actions WHERE turn = ?3 AND request = ?4 ORDER BY id DESC LIMIT 1)");
    if (st) {
        store_bind(st, 1, span_of(action_state_word(state)));
        store_bind(st, 2, result);
        sqlite.bind_int64(st, 3, turn);
        store_bind(st, 4, request);
    }
    return store_run(s, st);
}

bool store_resend(struct store *s, int64_t turn)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_RESEND,
        "UPDATE actions SET state = 'owed', result = NULL WHERE turn = ?1 AND content"
        " AND state = 'unsent' AND attempt = (SELECT attempts FROM turns WHERE id = ?1)");
    if (st)
        sqlite.bind_int64(st, 1, turn);
    return store_run(s, st);
}

bool store_answers(struct store *s, int64_t turn, struct answers *a)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_ANSWERS,
        "SELECT state, count(*) FROM actions WHERE turn = ?1 AND content"
        " AND attempt = (SELECT attempts FROM turns WHERE id = ?1) GROUP BY state");
    int got;
    *a = (struct answers){{0}};
    if (st)
        sqlite.bind_int64(st, 1, turn);
    while ((got = store_row(s, st)) == 1) {
        enum action_state state = action_state_of(store_text(st, 0));
        if (state < ACTION_STATES)
            a->count[state] = (int)sqlite.column_int64(st, 1);
    }
    return got == 0;
}

bool store_actions(struct store *s, int64_t turn, bool (*each)(void *ctx, const struct store_action *a),
                   void *ctx)
{
    sqlite3_stmt *st = store_statement(s, STORE_ACTIONS,
                                       "SELECT request, frame, result, content, attempt, state FROM actions"
                                       " WHERE turn = ? ORDER BY id");
    int got;
    if (st)
        sqlite.bind_int64(st, 1, turn);
    while ((got = store_row(s, st)) == 1) {
        struct store_action a = {
            .turn = turn,
            .request = store_text(st, 0),
            .frame = store_text(st, 1),
            .result = store_text(st, 2),
            .content = sqlite.column_int64(st, 3) != 0,
            .attempt = (int)sqlite.column_int64(st, 4),
            .state = action_state_of(store_text(st, 5)),
        };
        if (!each(ctx, &a))
            break;
    }
    if (got == 1)
        sqlite.reset(st);
    return got >= 0;
}
