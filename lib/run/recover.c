/* SPDX-License-Identifier: MIT */
/* What is found in the inbox at start. */
#include "run/recover.h"
#include "base/clock.h"
#include "base/diag.h"
#include "inbox/crash.h"
#include "run/effect.h"
#include "run/ending.h"
#include "run/refill.h"

struct found {
    int64_t id;
    enum turn_state state;
    enum store_wish wish;
    int attempts;
    enum turn_event event; /* TURN_EVENTS: its unsent actions go out again */
};

static bool note_found(void *ctx, const struct store_turn *row)
{
    struct found e = {.id = row->id, .state = row->state, .wish = row->wish, .attempts = row->attempts};
    buf_add(ctx, &e, sizeof e);
    return true;
}

/* A message that takes the whole process down each time it runs is given up like one that fails. */
static bool judge(struct runner *r, struct found *e)
{
    struct store *s = r->durable->journal.store;
    struct answers a;
    if (!store_answers(s, e->id, &a))
        return false;
    e->event = turn_found(e->state, &a);
    struct store_move m = {.id = e->id, .event = e->event, .reason = {NULL, 0}};
    if (e->event == EVENT_AGAIN && e->wish == WISH_DROP)
        m.event = EVENT_INTERRUPT;
    else if (e->event == EVENT_AGAIN && e->attempts >= r->attempts)
        m.event = EVENT_GIVE_UP, m.reason = span_of("relay-run ended while it ran");
    e->event = m.event;
    return e->event == TURN_EVENTS ? store_resend(s, e->id) : store_move(s, &m);
}

static bool keep_turn(void *ctx, const struct store_turn *row)
{
    *(struct turn **)ctx = refill_turn(row);
    return false;
}

static struct turn *load(struct runner *r, int64_t id)
{
    struct turn *t = NULL;
    struct store_query q = {.id = id};
    return store_find(r->durable->journal.store, &q, keep_turn, &t) ? t : NULL;
}

struct resending {
    struct runner *r;
    struct filter *f;
    struct turn *turn;
};

static bool resend(void *ctx, const struct store_action *a)
{
    struct resending *to = ctx;
    struct buf action = {0};
    if (!a->content || a->state != ACTION_OWED)
        return true;
    buf_span(&action, a->frame);
    effect_resend(to->r, to->f, to->turn, &action);
    buf_free(&action);
    return true;
}

/* The turn is answered, and its actions go out under the ids that they had. */
static void resend_all(struct runner *r, struct filter *f, struct turn *t)
{
    struct resending to = {r, f, t};
    crash_at(CRASH_RESENDING);
    if (!store_actions(r->durable->journal.store, t->row, resend, &to))
        die(EX_IOERR, "read %s: %s", r->durable->path, store_problem(r->durable->journal.store));
    worker_report(&r->o, t, "its answer was never sent, and is sent now");
}

/* What nobody would report again is reported before it is committed. */
static void tell(struct runner *r, struct filter *f, const struct found *e)
{
    bool tells = e->event == EVENT_LOST || e->event == EVENT_DOUBT || e->event == EVENT_GIVE_UP;
    struct turn *t = tells ? load(r, e->id) : NULL;
    if (e->event == EVENT_AGAIN)
        info(1, "message number %jd ran when relay-run ended: it runs again", (intmax_t)e->id);
    if (t && e->event == EVENT_GIVE_UP) {
        worker_report(&r->o, t, "relay-run ended while it ran, in attempt %d of %d, kept in %s", t->attempt,
                      r->attempts, r->durable->path);
        filter_fail(f, EX_NO);
    } else if (t) {
        effect_ambiguous(r, f, t);
    }
    turn_free(t);
}

/* What follows, once it is committed. */
static void follow(struct runner *r, struct filter *f, const struct found *e)
{
    struct turn *t = e->event == TURN_EVENTS || e->event == EVENT_GIVE_UP ? load(r, e->id) : NULL;
    if (!t)
        return;
    if (e->event == TURN_EVENTS) {
        resend_all(r, f, t);
        effect_answered(r, t);
    } else {
        ending_tell_chat(r, f, t);
        turn_free(t);
    }
}

static bool note_session(void *ctx, struct span session, int64_t waiting)
{
    struct runner *r = ctx;
    r->durable->stored += waiting;
    inbox_deepen(&r->inbox, session);
    return true;
}

void recover(struct runner *r, struct filter *f)
{
    struct durable *d = r->durable;
    struct store *s = d->journal.store;
    struct buf list = {0};
    struct store_query q = {.states = 1U << TURN_RUNNING | 1U << TURN_ANSWERED};
    bool good = store_begin(s) && store_find(s, &q, note_found, &list);
    struct found *found = (struct found *)(void *)list.p;
    size_t n = list.len / sizeof *found;
    for (size_t i = 0; good && i < n; i++)
        good = judge(r, &found[i]);
    for (size_t i = 0; good && i < n; i++)
        tell(r, f, &found[i]);
    if (!good || !store_commit(s) || !recover_wishes(r) || !store_sessions(s, note_session, r) ||
        !store_count(s, TURN_DEAD, &d->dead))
        die(EX_IOERR, "write %s: %s", d->path, store_problem(s));
    crash_at(CRASH_FOUND);
    for (size_t i = 0; i < n; i++)
        follow(r, f, &found[i]);
    buf_free(&list);
}
