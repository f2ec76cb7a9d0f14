/* SPDX-License-Identifier: MIT */
/* All sessions that this worker holds. */
#include "queue/helds.h"

static bool is_lost(const struct held *d)
{
    return d->hold.state == HOLD_OVER;
}

struct held *helds_find(const struct helds *all, struct span key)
{
    struct held *d;
    HASH_FIND(hh, all->table, key.p, key.n, d);
    return d;
}

static bool has(const struct held *d, struct span id, struct press **press)
{
    *press = press_find(&d->presses, id);
    return *press || ((hold_runs(&d->hold) || is_lost(d)) && span_same(buf_as_span(&d->given.id), id));
}

struct held *helds_given(const struct helds *all, struct span id, struct press **press)
{
    struct buf text = {0};
    struct held *d = NULL;
    *press = NULL;
    if (!identifier_decode(&text, id))
        return NULL;
    DL_FOREACH (all->list, d)
        if (has(d, buf_as_span(&text), press))
            break;
    buf_free(&text);
    return d;
}

size_t helds_slots(const struct helds *all)
{
    return HASH_COUNT(all->table);
}

size_t helds_open(const struct helds *all)
{
    size_t n = 0;
    for (const struct held *d = all->list; d; d = d->next)
        n += !is_lost(d);
    return n;
}

size_t helds_running(const struct helds *all)
{
    size_t n = 0;
    for (const struct held *d = all->list; d; d = d->next)
        n += hold_runs(&d->hold);
    return n;
}

struct held *helds_alone(const struct helds *all)
{
    struct held *d;
    DL_FOREACH (all->list, d)
        if (!is_lost(d) && d->hold.alone && d->hold.state <= HOLD_RUN)
            break;
    return d;
}

/* Lets it begin once the others are done with the message in hand; they go back to the pool. */
static void make_room(struct helds *all)
{
    struct held *alone = helds_alone(all);
    if (!alone || alone->hold.state != HOLD_ALONE)
        return;
    for (struct held *d = all->list, *next; d; d = next) {
        next = d->next;
        if (d != alone && !is_lost(d) && !d->hold.stopped)
            held_event(d, HOLD_STOPPED);
    }
    if (helds_slots(all) == 1)
        held_event(alone, HOLD_CLEAR);
}

void helds_event(struct helds *all, enum hold_event e)
{
    for (struct held *d = all->list, *next; d; d = next) {
        next = d->next;
        held_event(d, e);
    }
}

void helds_return(struct helds *all)
{
    for (struct held *d = all->list, *next; d; d = next) {
        next = d->next;
        if (!is_lost(d) && hold_needs_lease(&d->hold))
            held_return(d);
    }
}

/* Makes the request of its state again. */
static void retry(struct held *d)
{
    d->again_at = INT64_MAX;
    d->in->request(d);
}

void helds_tick(struct helds *all, int64_t now)
{
    for (struct held *d = all->list, *next; d; d = next) {
        next = d->next;
        if (is_lost(d) && now >= d->forget_at)
            held_forget(d);
        else if (!is_lost(d) && held_beat(d, now) && now >= d->again_at)
            retry(d);
    }
    make_room(all);
    for (struct held *d = all->list; d; d = d->next)
        press_tick(&d->presses, now);
}

int64_t helds_until(const struct helds *all)
{
    int64_t until = INT64_MAX;
    for (const struct held *d = all->list; d; d = d->next) {
        int64_t at = is_lost(d) ? d->forget_at : lease_until(&d->lease);
        if (!is_lost(d) && d->again_at < at)
            at = d->again_at;
        until = at < until ? at : until;
        at = press_until(&d->presses);
        until = at < until ? at : until;
    }
    return until;
}

void helds_free(struct helds *all)
{
    for (struct held *d = all->list, *next; d; d = next) {
        next = d->next;
        held_forget(d);
    }
}
