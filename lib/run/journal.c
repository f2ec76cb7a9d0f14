/* SPDX-License-Identifier: MIT */
/* What is to be written into the inbox. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/table.h"
#include "inbox/crash.h"
#include "run/journal.h"

static size_t size_of(const struct entry *e)
{
    return sizeof *e + e->text.len + (e->kind == ENTRY_TAKE ? e->turn->line.len : 0);
}

struct entry *journal_add(struct journal *j, enum entry_kind kind, struct turn *t)
{
    struct entry *e = xcalloc(1, sizeof *e);
    e->kind = kind;
    e->turn = t;
    e->row = e->move.id = t ? t->row : 0;
    DL_APPEND(j->entries, e);
    j->count++;
    j->moves += kind == ENTRY_MOVE;
    return e;
}

void journal_drop(struct journal *j, struct entry *e, bool keep)
{
    if (!keep && (e->kind == ENTRY_TAKE || e->kind == ENTRY_INTERRUPT))
        turn_free(e->turn);
    DL_DELETE(j->entries, e);
    j->count--;
    j->moves -= e->kind == ENTRY_MOVE;
    buf_free(&e->text);
    buf_free(&e->request);
    free(e);
}

static bool apply_take(struct journal *j, struct entry *e)
{
    const struct turn *t = e->turn;
    struct buf buffer = {0}, message = {0};
    struct store_turn row = {
        .buffer = t->buffer.len ? buf_as_span(&t->buffer) : (struct span){NULL, 0},
        .session = buf_as_span(&t->key),
        .message = t->id.len ? buf_as_span(&t->id) : (struct span){NULL, 0},
        .frame = buf_as_span(&t->line),
    };
    if (t->buffer.len)
        buf_ch(&buffer, 'b'), buf_span(&buffer, buf_as_span(&t->buffer));
    if (t->message.len)
        buf_ch(&message, 'm'), buf_span(&message, buf_as_span(&t->message));
    struct span keys[2] = {buf_as_span(&buffer), buf_as_span(&message)};
    bool good = store_take(j->store, &row, keys, &e->id);
    buf_free(&buffer);
    buf_free(&message);
    return good;
}

static bool apply_action(struct journal *j, const struct entry *e)
{
    struct store_action a = {.turn = e->row,
                             .request = buf_as_span(&e->request),
                             .frame = buf_as_span(&e->text),
                             .content = e->content};
    return !e->kept || (e->grown ? store_set_action(j->store, &a) : store_add_action(j->store, &a));
}

/* COMMAND has ended well: what that means depends on the results of what it sent. */
static enum turn_event answer_of(const struct answers *a)
{
    enum turn_event event = turn_settled(a);
    return event == EVENT_SETTLE ? EVENT_END : event == EVENT_DOUBT ? EVENT_LOST : EVENT_ANSWER;
}

static bool apply_move(struct journal *j, struct entry *e)
{
    struct answers a;
    enum turn_event event = e->move.event;
    if (event == EVENT_ANSWER) {
        if (!store_answers(j->store, e->row, &a))
            return false;
        e->move.event = answer_of(&a);
    }
    e->move.reason = e->text.len ? buf_as_span(&e->text) : (struct span){NULL, 0};
    bool good = store_move(j->store, &e->move);
    if (!good) /* to be judged again */
        e->move.event = event;
    return good;
}

/* The turn moves only if it has been answered: one that still runs is judged at its end. */
static bool apply_result(struct journal *j, struct entry *e)
{
    struct answers a;
    e->move.moved = false;
    if (!store_settle(j->store, e->row, buf_as_span(&e->request), e->state, buf_as_span(&e->text)) ||
        !store_answers(j->store, e->row, &a))
        return false;
    e->move.event = turn_settled(&a);
    return e->move.event == TURN_EVENTS || store_move(j->store, &e->move);
}

static bool apply(struct journal *j, struct entry *e)
{
    switch (e->kind) {
    case ENTRY_TAKE:
        return apply_take(j, e);
    case ENTRY_ACTION:
        return apply_action(j, e);
    case ENTRY_MOVE:
        return apply_move(j, e);
    case ENTRY_RESULT:
        return apply_result(j, e);
    case ENTRY_INTERRUPT:
        return store_interrupt(j->store, buf_as_span(&e->text), &e->id);
    }
    return false;
}

static bool has(const struct journal *j, enum entry_kind kind)
{
    const struct entry *e = j->entries;
    while (e && e->kind != kind)
        e = e->next;
    return e;
}

static void crash_around(const struct journal *j, bool after)
{
    if (has(j, ENTRY_TAKE))
        crash_at(after ? CRASH_KEPT : CRASH_TAKEN);
    if (has(j, ENTRY_MOVE))
        crash_at(after ? CRASH_ANSWERED : CRASH_ENDED);
    if (has(j, ENTRY_RESULT))
        crash_at(after ? CRASH_SETTLED : CRASH_RESULT);
}

/* Whether an ack, an action or an end depends on it. A loss of power may undo the others: then a message runs
 * again, or is ambiguous. */
static bool must_wait(const struct entry *e)
{
    enum turn_event event = e->move.event;
    return e->kind != ENTRY_RESULT &&
           !(e->kind == ENTRY_MOVE && (event == EVENT_FAIL || event == EVENT_ANSWER));
}

static bool must_any_wait(const struct journal *j)
{
    const struct entry *e = j->entries;
    while (e && !must_wait(e))
        e = e->next;
    return e;
}

/* A process that is killed between the two must have reported what nobody would report again. */
static void tell_all(struct journal *j)
{
    for (struct entry *e = j->entries; e; e = e->next) {
        bool ends = (e->kind == ENTRY_MOVE || e->kind == ENTRY_RESULT) && e->move.moved &&
                    (e->move.state == TURN_DEAD || e->move.state == TURN_AMBIGUOUS);
        if (ends && !e->told)
            j->tell(j->ctx, e);
        e->told |= ends;
    }
}

static bool write_all(struct journal *j)
{
    if (!(must_any_wait(j) ? store_begin(j->store) : store_begin_soon(j->store)))
        return false;
    for (struct entry *e = j->entries; e; e = e->next)
        if (!apply(j, e))
            return false;
    tell_all(j);
    crash_around(j, false);
    return store_commit(j->store);
}

bool journal_fail(struct journal *j)
{
    bool first = !j->down;
    j->down = true;
    j->retry_at = clock_ms() + JOURNAL_PATIENCE;
    return first;
}

/* The effects, each taken out of the journal first: one may add entries, which wait for the next flush. */
static void have_effects(struct journal *j)
{
    struct entry *entries = j->entries;
    bool taken = has(j, ENTRY_TAKE), moved = has(j, ENTRY_MOVE);
    crash_around(j, true);
    j->entries = NULL;
    j->count = j->moves = 0;
    for (struct entry *e; (e = entries);) {
        DL_DELETE(entries, e);
        j->written(j->ctx, e);
        buf_free(&e->text);
        buf_free(&e->request);
        free(e);
    }
    if (taken)
        crash_at(CRASH_ACKED);
    if (moved)
        crash_at(CRASH_SENT);
}

/* Only while the database is down does anything stay here. */
static void weigh(struct journal *j)
{
    j->bytes = 0;
    for (const struct entry *e = j->entries; e; e = e->next)
        j->bytes += size_of(e);
}

enum journal_flushed journal_flush(struct journal *j, bool *first)
{
    bool waits = j->down && clock_ms() < j->retry_at;
    *first = false;
    if (!waits && (!j->entries || write_all(j))) {
        j->down &= !j->entries;
        j->bytes = 0;
        have_effects(j);
        return JOURNAL_WRITTEN;
    }
    if (!waits)
        *first = journal_fail(j);
    weigh(j);
    return waits ? JOURNAL_WAITS : JOURNAL_FAILED;
}
