/* SPDX-License-Identifier: MIT */
/* What happens to the messages of an inbox. */
#include "run/events.h"
#include "base/clock.h"
#include "relay/action.h"
#include "run/durable.h"

void events_move(struct runner *r, struct turn *t, enum turn_event event, struct span reason, int64_t at)
{
    struct entry *e = journal_add(&r->durable->journal, ENTRY_MOVE, t);
    e->move.event = event;
    e->move.next_try = clock_wall_ms() + at - clock_ms();
    e->id = at;
    buf_span(&e->text, reason);
}

void events_keep(void *ctx, struct turn *t, struct buf *action, struct request *q)
{
    struct journal *j = ctx;
    struct span op, id, more;
    JSON_PICK(buf_as_span(action), {"op", &op}, {"requestId", &id}, {"more", &more});
    struct entry *e = journal_add(j, ENTRY_ACTION, t);
    e->content = op_has_content(op);
    e->grown = q && q->known & IS_KEPT; /* of a text that grows, the first and the last are kept */
    e->kept = json_is_string(id) && !json_eq(op, "typing") && !json_eq(op, "react") &&
              !(e->grown && json_is_true(more));
    if (e->kept)
        json_decode(&e->request, id);
    if (e->kept && q)
        q->known |= IS_KEPT;
    e->text = *action;
    *action = (struct buf){0};
}

/* protocol §3: a result that says that the request was never sent. */
static bool is_unsent(const struct result *result)
{
    return json_eq(result->error, "relay transport not connected") ||
           json_eq(result->error, "relay transport closed");
}

/* A text of which a part was sent and another not is in doubt: sent again, it would arrive twice. */
static enum action_state state_of(unsigned known)
{
    if (known & WAS_AMBIGUOUS || (known & WAS_UNSENT && known & WAS_SENT))
        return ACTION_AMBIGUOUS;
    return known & WAS_UNSENT ? ACTION_UNSENT : known & WAS_REFUSED ? ACTION_REFUSED : ACTION_DONE;
}

void events_result(struct runner *r, struct request *q, const struct result *result, const struct frame *fr)
{
    q->known |= result->success     ? WAS_SENT
                : result->ambiguous ? WAS_AMBIGUOUS
                : is_unsent(result) ? WAS_UNSENT
                                    : WAS_REFUSED;
    if (!result_is_last(result) || !(q->known & IS_KEPT))
        return;
    struct entry *e = journal_add(&r->durable->journal, ENTRY_RESULT, q->turn);
    e->state = state_of(q->known);
    buf_span(&e->request, request_id(q));
    buf_span(&e->text, fr->line);
}

void events_interrupt(struct runner *r, const struct buf *key, bool stopped, struct turn *word)
{
    struct entry *e = journal_add(&r->durable->journal, ENTRY_INTERRUPT, word);
    e->content = stopped;
    buf_span(&e->text, buf_as_span(key));
}

bool events_waits(const struct runner *r, const struct buf *key)
{
    const struct entry *e = r->durable->journal.entries;
    while (e && !(e->kind == ENTRY_TAKE && turn_is_of(e->turn, key)))
        e = e->next;
    return e || inbox_waits(&r->inbox, buf_as_span(key));
}
