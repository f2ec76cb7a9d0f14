/* SPDX-License-Identifier: MIT */
/* Turns come from the inbox into memory. */
#include "run/refill.h"
#include "base/clock.h"
#include "base/diag.h"

enum {
    PRUNE_EVERY = 600000, /* ms */
    PRUNE_SOON = 1000,
    PRUNE_BATCH = 1000, /* messages */
};

struct fetched {
    struct turn *turns[INBOX_WINDOW];
    int64_t damaged[INBOX_WINDOW]; /* rows */
    size_t n, broken, bytes;
    bool more;
    int64_t at;
};

struct turn *refill_turn(const struct store_turn *row)
{
    struct frame fr = {0};
    struct json_error e;
    struct turn *t = NULL;
    if (row->frame.p && frame_parse(&fr, row->frame, &e) && fr.type == FRAME_INBOUND)
        t = turn_new(&fr);
    frame_free(&fr);
    if (!t)
        return NULL;
    buf_free(&t->ack);
    t->row = row->id;
    t->attempt = row->attempts;
    return t;
}

static bool fetch(void *ctx, const struct store_turn *row)
{
    struct fetched *got = ctx;
    if (got->n == INBOX_WINDOW || got->broken == INBOX_WINDOW || got->bytes >= INBOX_SESSION_BYTES) {
        got->more = true;
        return false;
    }
    struct turn *t = refill_turn(row);
    if (!t) {
        got->damaged[got->broken++] = row->id;
        return true;
    }
    if (!got->n && row->state == TURN_RETRYING) {
        int64_t wait = row->next_try - clock_wall_ms();
        got->at = wait > 0 ? clock_ms() + wait : 0;
    }
    got->bytes += row->frame.n;
    got->turns[got->n++] = t;
    return true;
}

static bool give_up_damaged(struct runner *r, struct filter *f, int64_t row)
{
    struct durable *d = r->durable;
    struct store_move start = {.id = row, .event = EVENT_START};
    struct store_move end = {.id = row, .event = EVENT_GIVE_UP, .reason = span_of("its frame is damaged")};
    if (!store_move(d->journal.store, &start) || !store_move(d->journal.store, &end))
        return false;
    d->stored--;
    d->dead++;
    complain("read %s: message number %jd: its frame is damaged, kept as dead", d->path, (intmax_t)row);
    filter_fail(f, EX_DATAERR);
    return true;
}

static bool feed(struct runner *r, struct filter *f, struct session *s, struct span key)
{
    struct fetched got = {0};
    struct store_query q = {
        .states = 1U << TURN_WAITING | 1U << TURN_RETRYING, .session = key, .limit = INBOX_WINDOW + 1};
    bool good = store_find(r->durable->journal.store, &q, fetch, &got);
    for (size_t i = 0; good && i < got.broken; i++)
        good = give_up_damaged(r, f, got.damaged[i]);
    if (good) {
        got.more |= got.n + got.broken > INBOX_WINDOW;
        inbox_feed(&r->inbox, s, got.turns, got.n, got.more, got.at);
        return true;
    }
    for (size_t i = 0; i < got.n; i++)
        turn_free(got.turns[i]);
    return false;
}

static bool prune(struct durable *d)
{
    int64_t count = 0, now = clock_ms();
    if (now < d->prune_at)
        return true;
    d->prune_at = now + PRUNE_EVERY;
    struct store *s = d->journal.store;
    bool good = store_begin(s) && store_prune(s, clock_wall_ms() - d->keep, PRUNE_BATCH, &count) &&
                store_commit(s);
    if (count == PRUNE_BATCH)
        d->prune_at = now + PRUNE_SOON;
    return good;
}

bool refill(struct runner *r, struct filter *f)
{
    struct span key;
    for (struct session *s; (s = inbox_hungry(&r->inbox, &key));)
        if (!feed(r, f, s, key))
            return false;
    return prune(r->durable);
}
