/* SPDX-License-Identifier: MIT */
/* relay-run with an inbox: messages come in, and turns start. */
#include "base/clock.h"
#include "base/diag.h"
#include "base/table.h"
#include "inbox/crash.h"
#include "run/effect.h"
#include "run/ending.h"
#include "run/recover.h"
#include "run/refill.h"

/* Without a ring, nothing else than the end of input would stop the work. */
static bool works_off(const struct runner *r)
{
    return !r->stage.work.ring || r->durable->drain_empty;
}

static size_t unwritten(const struct runner *r)
{
    return r->inbox.waiting - r->inbox.rows;
}

static bool starts_stored(const struct runner *r, const struct filter *f)
{
    return works_off(r) || !(r->durable->draining || f->ended);
}

bool durable_starts(const struct runner *r, const struct filter *f)
{
    return starts_stored(r, f) || unwritten(r);
}

struct load durable_load(const struct runner *r)
{
    const struct durable *d = r->durable;
    struct load l = {.running = r->running + (int64_t)d->journal.moves,
                     .waiting = (int64_t)unwritten(r),
                     .stored = d->stored,
                     .dead = d->dead,
                     .kept = true};
    if (d->drain_empty)
        l.waiting += d->stored;
    return l;
}

bool durable_full(const struct runner *r)
{
    const struct journal *j = &r->durable->journal;
    return j->count >= INBOX_MAX || j->bytes >= INBOX_BYTES;
}

void durable_link(struct runner *r, const struct frame *fr)
{
    struct span state = frame_get(fr, "state");
    if (json_eq(state, "draining") || json_eq(state, "closed"))
        r->durable->draining = true;
}

bool durable_busy(const struct runner *r, const struct filter *f)
{
    const struct durable *d = r->durable;
    if (r->running || unwritten(r) || (d->journal.entries && !d->journal.down))
        return true;
    return !d->journal.down && d->stored && starts_stored(r, f);
}

void durable_stop(const struct runner *r)
{
    size_t n = unwritten(r);
    for (int i = 0; i < r->parallel; i++)
        n += r->workers[i].turn && !r->workers[i].turn->row;
    if (n)
        complain("end: %zu live messages that could not be written to %s are lost", n, r->durable->path);
}

bool durable_take(struct runner *r, struct turn *t)
{
    if (inbox_knows(&r->inbox, t))
        return false;
    journal_add(&r->durable->journal, ENTRY_TAKE, t);
    return true;
}

/* ---- while the inbox cannot be written ---- */

/* Whether a message would overtake an earlier one of its session, which waits for the inbox. */
static bool is_blocked(const struct runner *r, const struct entry *e)
{
    for (const struct entry *before = e->prev; before != r->durable->journal.entries->prev;
         before = before->prev)
        if (before->kind == ENTRY_TAKE && turn_is_of(before->turn, &e->turn->key))
            return true;
    return inbox_holds(&r->inbox, buf_as_span(&e->turn->key));
}

/* Live messages run unwritten. Of the buffered ones, no more wait here than without an inbox. */
static void do_without(struct runner *r, struct filter *f)
{
    struct journal *j = &r->durable->journal;
    struct entry *e, *next;
    DL_FOREACH_SAFE (j->entries, e, next) {
        struct turn *t = e->turn;
        if (e->kind != ENTRY_TAKE)
            continue;
        bool full = j->count > INBOX_MAX || j->bytes > INBOX_BYTES;
        if (!full && (t->ack.len || is_blocked(r, e)))
            continue;
        journal_drop(j, e, true);
        enum inbox_verdict verdict = full ? INBOX_FULL : inbox_take(&r->inbox, t);
        if (verdict == INBOX_HANDLED)
            ending_skip(f, t);
        else if (verdict == INBOX_FULL)
            ending_refused(r, f, t);
    }
}

/* The input has ended and the inbox still cannot be written. */
static void abandon(struct runner *r)
{
    struct journal *j = &r->durable->journal;
    size_t taken = 0, others = 0;
    while (j->entries) {
        struct entry *e = j->entries;
        bool is_message = e->kind == ENTRY_TAKE;
        taken += is_message;
        others += !is_message;
        journal_drop(j, e, false);
    }
    if (taken)
        complain("write %s: %zu messages are not acknowledged", j->path, taken);
    if (others)
        complain(
            "write %s: %zu answers and ends are not written and not sent: their messages run again at the "
            "next start",
            j->path, others);
}

static void tell_failure(struct runner *r, struct filter *f)
{
    const struct journal *j = &r->durable->journal;
    complain("write %s: %s: until it can be written, no message is acknowledged and live ones run unwritten",
             j->path, store_problem(j->store));
    filter_fail(f, EX_IOERR);
}

/* Where no results come, turns are done once their answers are written to stdout. */
static bool settle(struct runner *r, const struct filter *f)
{
    struct durable *d = r->durable;
    struct store *s = d->journal.store;
    if (!d->unsettled || writer_pending(&f->out))
        return true;
    if (!store_begin_soon(s) || !store_settle_all(s) || !store_commit(s))
        return false;
    d->unsettled = 0;
    return true;
}

/* What operators wish, and turns that may run. */
static bool read_on(struct runner *r, struct filter *f)
{
    if (!settle(r, f))
        return false;
    if (r->stage.look && !recover_wishes(r))
        return false;
    r->stage.look = false;
    return refill(r, f);
}

void durable_flush(struct runner *r, struct filter *f)
{
    struct journal *j = &r->durable->journal;
    bool was_down = j->down, first = false;
    enum journal_flushed got;
    do
        got = journal_flush(j, &first); /* an effect may add entries */
    while (got == JOURNAL_WRITTEN && j->entries);
    if (first)
        tell_failure(r, f);
    if (was_down && !j->down)
        warn("write %s: it can be written again", j->path);
    if (j->down) {
        do_without(r, f);
        if (f->ended)
            abandon(r);
    }
    r->requests.pending = j->bytes;
    if (got == JOURNAL_WRITTEN && !r->stage.deadly && !read_on(r, f) && journal_fail(j))
        tell_failure(r, f);
}

int64_t durable_until(const struct runner *r)
{
    const struct durable *d = r->durable;
    if (d->journal.down)
        return d->journal.retry_at;
    return r->stage.deadly ? INT64_MAX : d->prune_at;
}

/* ---- starting ---- */

static bool mark_all(struct store *s, struct turn **turns, size_t n, bool *moved)
{
    if (!store_begin_soon(s))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct store_move m = {.id = turns[i]->row, .event = EVENT_START};
        moved[i] = true;
        if (m.id && !store_move(s, &m))
            return false;
        if (m.id)
            moved[i] = m.moved;
    }
    crash_at(CRASH_STARTING);
    return store_commit(s);
}

bool durable_mark(struct runner *r, struct filter *f, struct turn **turns, size_t n)
{
    struct durable *d = r->durable;
    struct journal *j = &d->journal;
    bool moved[WORKERS_MAX], any = false;
    for (size_t i = 0; i < n; i++)
        any |= turns[i]->row != 0;
    if (!any)
        return true;
    if (!mark_all(j->store, turns, n, moved)) {
        if (journal_fail(j))
            tell_failure(r, f);
        return false;
    }
    j->down = false;
    crash_at(CRASH_MARKED);
    for (size_t i = 0; i < n; i++) {
        if (!turns[i]->row)
            continue;
        d->stored--;
        if (moved[i])
            continue;
        inbox_given_up(&r->inbox, turns[i]);
        turns[i] = NULL;
    }
    return true;
}
