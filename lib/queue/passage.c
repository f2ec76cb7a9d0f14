/* SPDX-License-Identifier: MIT */
/* The first message of a lane goes into the pool, and its interrupt. */
#include "base/crash.h"
#include "base/diag.h"
#include "queue/lane.h"
#include "queue/step.h"

static void next_message(struct lane *l)
{
    errand_done(&l->put);
    lane_go(l);
    lane_settle(l);
}

/* Publishes what nothing stores: the worker that holds the session hears it, or nobody does. */
static bool tell_workers(struct lane *l, struct span data)
{
    struct intake *in = l->in;
    struct buf subject = {0};
    pool_subject(&subject, in->pool, "ctl", buf_as_span(&in->link->token), (struct span){l->key, l->n});
    struct bus_out out = {.subject = buf_cstr(&subject), .data = data};
    bool ok = bus_publish(in->pool->bus, &out);
    buf_free(&subject);
    return ok;
}

/* The turn that asked may still run, and it holds its session: its worker need not wait for the turn's end.
 */
static void hint_press(struct lane *l, uint64_t seq)
{
    struct buf hint = {0};
    buf_printf(&hint, "{\"press\":%ju}", (uintmax_t)seq);
    tell_workers(l, buf_as_span(&hint));
    buf_free(&hint);
}

static void on_stored(struct lane *l, const struct pool_answer *a)
{
    struct intake *in = l->in;
    info(a->duplicate ? 1 : 2, "store %s: %s", buf_cstr(&l->queue->name),
         a->duplicate ? "it was there" : "done");
    if (l->queue->press)
        hint_press(l, a->seq);
    in->stored++;
    crash_here("stored");
    lane_drop(l, l->queue, true);
    if (!l->interrupt.len)
        lane_want_token(l);
    next_message(l);
}

/* The pool does not take it: it is put aside; and if that is refused, too, it is not acknowledged. */
static void on_refused(struct lane *l, const char *why)
{
    struct message *m = l->queue;
    if (!m->aside.len) {
        errand_done(&l->put);
        buf_str(&m->aside, why);
        lane_go(l);
        return;
    }
    complain("store %s: %s; not put aside: %s; %s", buf_cstr(&m->name), buf_cstr(&m->aside), why,
             m->ack.len ? "not acknowledged" : "lost");
    filter_fail(l->in->f, m->ack.len ? EX_UNAVAILABLE : EX_TEMPFAIL);
    lane_drop(l, m, false);
    next_message(l);
}

static void on_aside(struct lane *l)
{
    complain("store %s: %s; put aside", buf_cstr(&l->queue->name), buf_cstr(&l->queue->aside));
    filter_fail(l->in->f, EX_DATAERR);
    lane_drop(l, l->queue, true);
    next_message(l);
}

static void on_put(void *ctx, const struct pool_answer *a)
{
    struct lane *l = ctx;
    enum step step = step_of(a->fate, l->queue->aside.len > 0);
    l->put.number = 0;
    l->in->silent = step == STEP_AGAIN;
    switch (step) {
    case STEP_STORED:
        on_stored(l, a);
        break;
    case STEP_ASIDE:
        on_aside(l);
        break;
    case STEP_REFUSED:
        on_refused(l, a->why);
        break;
    case STEP_AGAIN:
        info(1, "store %s: %s; again", buf_cstr(&l->queue->name), a->why ? a->why : "no answer");
        errand_later(l->in, &l->put);
        break;
    }
}

static void put_in(struct lane *l, struct message *m)
{
    struct intake *in = l->in;
    struct buf subject = {0};
    pool_subject(&subject, in->pool, "in", buf_as_span(&in->link->token), (struct span){l->key, l->n});
    l->put.number = pool_put(in->pool, buf_cstr(&subject), buf_cstr(&m->id), NULL, buf_as_span(&m->line),
                             on_put, l);
    buf_free(&subject);
}

static void put_aside(struct lane *l, struct message *m)
{
    struct intake *in = l->in;
    size_t most = step_longest(bus_max_payload(in->pool->bus));
    struct buf subject = {0}, id = {0}, less = {0};
    if (m->line.len > most)
        message_shorten(&less, buf_as_span(&m->line), most);
    pool_subject(&subject, in->pool, "dead", buf_as_span(&in->link->token), (struct span){l->key, l->n});
    buf_printf(&id, "dead/%s", buf_cstr(&m->id));
    const char *headers[] = {"Relay-Reason", buf_cstr(&m->aside), "Relay-Id", buf_cstr(&m->id), NULL};
    l->put.number = pool_put(in->pool, buf_cstr(&subject), buf_cstr(&id), headers,
                             buf_as_span(less.len ? &less : &m->line), on_put, l);
    buf_free(&subject);
    buf_free(&id);
    buf_free(&less);
}

/* Messages that were stored under another id, as one that came live and now comes again from a buffer. */
static void skip_stored(struct lane *l)
{
    void *owner;
    while (l->queue && seen_find(&l->in->seen, &l->queue->twin, &owner) == SEEN_DONE) {
        info(1, "skip %s: stored before", buf_cstr(&l->queue->name));
        lane_drop(l, l->queue, true);
    }
}

/* --- an interrupt: the session is emptied in the pool, then the workers hear of it --- */
static void wait_more(struct lane *l)
{
    if (!l->halt.tries)
        warn("interrupt %s: the engine does not answer, it waits", l->key);
    errand_later(l->in, &l->halt);
}

static void on_purged(void *ctx, const struct pool_answer *a)
{
    struct lane *l = ctx;
    l->halt.number = 0;
    l->in->silent = a->fate == POOL_AGAIN;
    if (a->fate == POOL_REFUSED)
        complain("interrupt %s: what waits in the pool stays: %s", l->key, a->why);
    if (a->fate == POOL_AGAIN || !tell_workers(l, buf_as_span(&l->interrupt))) {
        wait_more(l);
        return;
    }
    info(1, "interrupt %s: workers told", l->key);
    l->interrupt.len = 0;
    errand_done(&l->halt);
    lane_go(l);
    lane_settle(l);
}

static void halt_go(struct lane *l)
{
    struct intake *in = l->in;
    struct buf subject = {0};
    if (!errand_idle(&l->halt) || !bus_connected(in->pool->bus))
        return;
    pool_subject(&subject, in->pool, "in", buf_as_span(&in->link->token), (struct span){l->key, l->n});
    l->halt.number = pool_purge(in->pool, POOL_IN, buf_cstr(&subject), on_purged, l);
    buf_free(&subject);
}

void lane_go(struct lane *l)
{
    if (!errand_idle(&l->put) || !bus_connected(l->in->pool->bus))
        return;
    if (l->interrupt.len && !l->put.tries) {
        halt_go(l);
        return;
    }
    if (!l->put.tries)
        skip_stored(l);
    struct message *m = l->queue;
    size_t most = step_longest(bus_max_payload(l->in->pool->bus));
    if (m && !m->aside.len && m->line.len > most)
        buf_printf(&m->aside, "its frame has %zu bytes, the engine takes %zu", m->line.len, most);
    if (m && m->aside.len)
        put_aside(l, m);
    else if (m)
        put_in(l, m);
}
