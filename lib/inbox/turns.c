/* SPDX-License-Identifier: MIT */
/* The inbox: messages. */
#include <string.h>

#include "base/clock.h"
#include "inbox/internal.h"

static const char *const wish_words[] = {NULL, "retry", "drop"};

/* Whether one of the keys is known: *turn is the message it came with, 0: none is. */
static bool find_known(struct store *s, const struct span keys[2], int64_t *turn)
{
    sqlite3_stmt *st = store_statement(s, STORE_IS_KNOWN,
                                       "SELECT turn FROM seen WHERE key IN (?, ?) LIMIT 1");
    *turn = 0;
    for (int i = 0; st && i < 2; i++)
        store_bind(st, i + 1, keys[i].n ? keys[i] : (struct span){NULL, 0});
    int got = store_row(s, st);
    if (got != 1)
        return got == 0;
    *turn = sqlite.column_int64(st, 0);
    sqlite.reset(st);
    sqlite.clear_bindings(st);
    return true;
}

/* Remembers both keys for that message. */
static bool know(struct store *s, const struct span keys[2], int64_t turn)
{
    bool good = true;
    for (int i = 0; good && i < 2; i++) {
        if (!keys[i].n)
            continue;
        sqlite3_stmt *st = store_statement(s, STORE_KNOW,
                                           "INSERT OR IGNORE INTO seen (key, turn) VALUES (?, ?)");
        if (st) {
            store_bind(st, 1, keys[i]);
            sqlite.bind_int64(st, 2, turn);
        }
        good = store_run(s, st);
    }
    return good;
}

static bool insert(struct store *s, const struct store_turn *t)
{
    int64_t now = clock_wall_ms();
    sqlite3_stmt *st = store_statement(
        s, STORE_TAKE,
        "INSERT INTO turns (buffer, session, message, frame, taken, changed) VALUES (?, ?, ?, ?, ?, ?)");
    if (st) {
        store_bind(st, 1, t->buffer);
        store_bind(st, 2, t->session);
        store_bind(st, 3, t->message);
        store_bind(st, 4, t->frame);
        sqlite.bind_int64(st, 5, now);
        sqlite.bind_int64(st, 6, now);
    }
    return store_run(s, st);
}

bool store_take(struct store *s, const struct store_turn *t, const struct span keys[2], int64_t *id)
{
    int64_t known;
    *id = 0;
    if (!find_known(s, keys, &known))
        return false;
    if (known)
        return know(s, keys, known);
    if (!insert(s, t))
        return false;
    *id = sqlite.last_insert_rowid(s->db);
    return know(s, keys, *id);
}

/* The state of a message; TURN_STATES: there is none with that number. */
static bool find_state(struct store *s, int64_t id, enum turn_state *state)
{
    sqlite3_stmt *st = store_statement(s, STORE_STATE_OF, "SELECT state FROM turns WHERE id = ?");
    *state = TURN_STATES;
    if (st)
        sqlite.bind_int64(st, 1, id);
    int got = store_row(s, st);
    if (got != 1)
        return got == 0;
    *state = turn_state_of(store_text(st, 0));
    sqlite.reset(st);
    return true;
}

/* Why the last attempt failed is told until the message runs well or ends. */
static bool keeps_reason(enum turn_event event)
{
    return event == EVENT_START || event == EVENT_UNSTARTED || event == EVENT_AGAIN;
}

static bool update(struct store *s, const struct store_move *m)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_MOVE,
        "UPDATE turns SET state = ?1, attempts = CASE ?2 WHEN 2 THEN 0 ELSE max(attempts + ?2, 0) END,"
        " next_try = ?3, reason = CASE WHEN ?7 THEN coalesce(?4, reason) ELSE ?4 END, changed = ?5, wish = "
        "CASE ?2 WHEN 1 THEN wish END"
        " WHERE id = ?6");
    if (st) {
        int attempts = m->event == EVENT_START ? 1 : m->event == EVENT_UNSTARTED ? -1 : 0;
        store_bind(st, 1, span_of(turn_state_word(m->state)));
        sqlite.bind_int64(st, 2, m->event == EVENT_RETRY ? 2 : attempts);
        if (m->event == EVENT_FAIL)
            sqlite.bind_int64(st, 3, m->next_try);
        store_bind(st, 4, m->reason);
        sqlite.bind_int64(st, 5, clock_wall_ms());
        sqlite.bind_int64(st, 6, m->id);
        sqlite.bind_int64(st, 7, keeps_reason(m->event));
    }
    return store_run(s, st);
}

/* What was sent in earlier attempts does not count when an operator starts again. */
static bool forget_actions(struct store *s, int64_t id)
{
    sqlite3_stmt *st = store_statement(s, STORE_FORGET, "DELETE FROM actions WHERE turn = ?");
    if (st)
        sqlite.bind_int64(st, 1, id);
    return store_run(s, st);
}

bool store_move(struct store *s, struct store_move *m)
{
    m->moved = false;
    if (!find_state(s, m->id, &m->state))
        return false;
    enum turn_state to = m->state < TURN_STATES ? turn_next(m->state, m->event) : TURN_STATES;
    if (to == TURN_STATES)
        return true;
    m->state = to;
    m->moved = true;
    return update(s, m) && (m->event != EVENT_RETRY || forget_actions(s, m->id));
}

bool store_interrupt(struct store *s, struct span session, int64_t *count)
{
    sqlite3_stmt *st = store_statement(s, STORE_INTERRUPT,
                                       "UPDATE turns SET state = 'interrupted', changed = ?1"
                                       " WHERE session = ?2 AND state IN ('waiting', 'retrying')");
    if (st) {
        sqlite.bind_int64(st, 1, clock_wall_ms());
        store_bind(st, 2, session);
    }
    bool good = store_run(s, st);
    *count = good ? sqlite.changes(s->db) : 0;
    return good;
}

bool store_set_wish(struct store *s, int64_t id, enum store_wish wish)
{
    sqlite3_stmt *st = store_statement(s, STORE_WISH, "UPDATE turns SET wish = ? WHERE id = ?");
    if (st) {
        store_bind(st, 1, wish ? span_of(wish_words[wish]) : (struct span){NULL, 0});
        sqlite.bind_int64(st, 2, id);
    }
    return store_run(s, st);
}

bool store_settle_all(struct store *s)
{
    sqlite3_stmt *st = store_statement(
        s, STORE_SETTLE_ALL, "UPDATE turns SET state = 'done', changed = ? WHERE state = 'answered'");
    if (st)
        sqlite.bind_int64(st, 1, clock_wall_ms());
    return store_run(s, st);
}
