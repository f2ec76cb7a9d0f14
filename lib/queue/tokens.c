/* SPDX-License-Identifier: MIT */
/* The tokens that this worker asks for. */
#include <string.h>

#include "base/diag.h"
#include "queue/tokens.h"

enum {
    EXPIRES = 5000, /* ms that a request waits at the engine */
    LATE = 1500,    /* ms after that: the request is lost, with the leader that had it */
    SETTLE = 2000,  /* ms after a reconnect until the others are heard again */
    WAIT = 100,     /* ms until the next request after a refusal */
    /* ms after a request: for 2 s, the engine takes it for good even if nobody listens for its answer any
     * longer. What is given back (HELD_RETURN) comes later than this process leaves. */
    GOOD = 2200,
};

static void drop_oldest(struct tokens *t)
{
    if (!t->n)
        return;
    t->n--;
    memmove(t->pulls, t->pulls + 1, sizeof *t->pulls * t->n);
}

/* The part of "POOL.ready.G.S" after "ready.". */
static struct span key_of(const struct tokens *t, struct span subject)
{
    size_t n = strlen(t->helds->pool->name) + sizeof ".ready." - 1;
    return subject.n > n ? (struct span){subject.p + n, subject.n - n} : (struct span){NULL, 0};
}

/* A session that is ours has had its token again, or another one. */
static void known(struct tokens *t, struct held *d, const char *ack, const struct token_facts *facts)
{
    if (d->hold.state != HOLD_OVER && d->hold.token == facts->seq)
        held_again(d, ack);
    else
        pool_nak(t->helds->pool, ack, HOLD_BUSY);
}

static void on_token(void *ctx, const struct bus_message *m)
{
    struct tokens *t = ctx;
    struct token_facts facts;
    struct buf ack = {0};
    if (m->status == 100)
        return;
    drop_oldest(t);
    if (m->status != BUS_OK && m->status != 408 && m->status != 404)
        t->from = bus_now() + WAIT;
    if (m->status != BUS_OK || !m->reply.p || !pool_token_read(&facts, m->reply))
        return;
    buf_span(&ack, m->reply);
    struct span key = key_of(t, m->subject);
    struct held *d = key.p ? helds_find(t->helds, key) : NULL;
    if (d)
        known(t, d, buf_cstr(&ack), &facts);
    else if (helds_alone(t->helds))
        pool_nak(t->helds->pool, buf_cstr(&ack), HOLD_BUSY);
    else if (!key.p || (t->helds->stopped && facts.delivered > 1))
        pool_nak(t->helds->pool, buf_cstr(&ack), HELD_RETURN);
    else
        held_take(t->helds, key, buf_cstr(&ack), &facts);
    buf_free(&ack);
}

bool tokens_open(struct tokens *t, struct helds *helds)
{
    t->helds = helds;
    bus_inbox(helds->pool->bus, &t->inbox);
    t->reconnects = bus_reconnects(helds->pool->bus);
    t->listener = bus_listen(helds->pool->bus, buf_cstr(&t->inbox), on_token, t);
    return t->listener;
}

/* Subscriptions are not back at once: somebody who has a session may not be heard yet. */
static void look_at_connection(struct tokens *t, int64_t now)
{
    uint64_t n = bus_reconnects(t->helds->pool->bus);
    if (n == t->reconnects)
        return;
    t->reconnects = n;
    t->n = 0;
    t->from = now + SETTLE;
}

void tokens_pull(struct tokens *t, size_t most, int64_t now)
{
    look_at_connection(t, now);
    while (t->n && t->pulls[0] + EXPIRES + LATE <= now)
        drop_oldest(t);
    if (now < t->from || t->helds->stopped || helds_alone(t->helds) || !bus_connected(t->helds->pool->bus))
        return;
    while (helds_slots(t->helds) + t->n < most && t->n < TOKENS_MOST) {
        if (!pool_pull(t->helds->pool, buf_cstr(&t->inbox), EXPIRES))
            return;
        t->pulls[t->n++] = now;
        t->asked = true;
        t->last = now;
    }
}

int64_t tokens_until(const struct tokens *t, int64_t now)
{
    if (t->helds->stopped)
        return t->n && now < t->last + GOOD ? t->last + GOOD : INT64_MAX;
    int64_t late = t->n ? t->pulls[0] + EXPIRES + LATE : INT64_MAX;
    return t->from > now && t->from < late ? t->from : late;
}

bool tokens_settled(const struct tokens *t, int64_t now)
{
    return !t->n || now >= t->last + GOOD;
}

void tokens_close(struct tokens *t)
{
    if (t->listener)
        bus_unlisten(t->helds->pool->bus, t->listener);
    t->listener = NULL;
    buf_free(&t->inbox);
}
