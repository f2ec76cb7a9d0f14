/* SPDX-License-Identifier: MIT */
/* The sessions that this worker holds. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "queue/held.h"
#include "run/fate.h"

enum { LOST = 60000 /* ms that COMMAND has to answer for a session that was lost */ };

struct span held_gateway(const struct held *d)
{
    return (struct span){d->key, strcspn(d->key, ".")};
}

static void cancel(struct held *d)
{
    struct bus *b = d->in->pool->bus;
    bus_forget(b, d->step);
    bus_forget(b, d->beat);
    d->step = d->beat = 0;
    d->again_at = INT64_MAX;
    if (d->here)
        bus_unlisten(b, d->here);
    d->here = NULL;
    lease_end(&d->lease);
    outbox_clear(&d->lane);
    press_forget(&d->presses);
}

static void deactivate(struct held *d)
{
    if (d->active)
        HASH_DELETE(hh, d->in->table, d);
    d->active = false;
}

void held_forget(struct held *d)
{
    cancel(d);
    deactivate(d);
    DL_DELETE(d->in->list, d);
    given_free(&d->given);
    buf_free(&d->noted);
    buf_free(&d->reason);
    free(d->key);
    free(d->ack);
    free(d);
}

void held_return(struct held *d)
{
    pool_nak(d->in->pool, d->ack, HELD_RETURN);
    held_forget(d);
}

static void drop(struct held *d, bool ran)
{
    warn("leave session %s: the engine has not answered for %jd s, another worker may have it", d->key,
         (intmax_t)(d->lease.wait / 1000));
    if (!ran) {
        held_forget(d);
        return;
    }
    cancel(d);
    d->forget_at = bus_now() + LOST;
    d->in->stop(d->in->ctx, d);
}

static void act(struct held *d, enum hold_do what, bool ran)
{
    switch (what) {
    case HOLD_DO_NOTHING:
        return;
    case HOLD_DO_ACK:
        pool_ack(d->in->pool, d->ack);
        cancel(d);
        deactivate(d);
        d->in->request(d);
        return;
    case HOLD_DO_REQUEST:
        d->in->request(d);
        return;
    case HOLD_DO_GIVE:
        d->in->give(d->in->ctx, d, &d->given, d->hold.attempt);
        return;
    case HOLD_DO_DROP:
        drop(d, ran);
        return;
    case HOLD_DO_RETURN:
        held_return(d);
        return;
    case HOLD_DO_LATER:
        pool_nak(d->in->pool, d->ack, HOLD_BUSY);
        break;
    case HOLD_DO_BACKOFF:
        pool_nak(d->in->pool, d->ack, fate_backoff(d->hold.attempt));
        break;
    case HOLD_DO_FORGET:
        break;
    }
    held_forget(d);
}

/* An answer may have waited while this process could not run: nothing is done without the lease. */
static void step(struct held *d, enum hold_event e, bool same)
{
    bool ran = hold_runs(&d->hold);
    if (hold_needs_lease(&d->hold) && lease_over(&d->lease, bus_now()))
        e = HOLD_LAPSED;
    enum hold_do what = hold_step(&d->hold, e, same);
    if (ran && !hold_runs(&d->hold))
        press_end(&d->presses);
    act(d, what, ran);
}

void held_event(struct held *d, enum hold_event e)
{
    step(d, e, false);
}

void held_found(struct held *d, bool same)
{
    step(d, d->given.turn ? HOLD_FOUND : HOLD_NO_MESSAGE, same);
}

void held_failed(struct held *d, int status)
{
    d->reason.len = 0;
    fate_reason(&d->reason, CAUSE_EXIT, status);
    step(d, fate_is_hard(CAUSE_EXIT, status) ? HOLD_HOPELESS : HOLD_FAILED, false);
}

static void give_press(void *ctx, const struct given *g)
{
    struct held *d = ctx;
    d->in->give(d->in->ctx, d, g, 1);
}

void held_take(struct helds *all, struct span key, const char *ack, const struct token_facts *t)
{
    struct held *d = xcalloc(1, sizeof *d);
    *d = (struct held){.in = all, .key = xstrndup(key.p, key.n), .ack = xstrdup(ack), .again_at = INT64_MAX};
    d->hold = (struct hold){.token = t->seq,
                            .delivered = t->delivered,
                            .attempts = all->attempts,
                            .answers = all->on_failure,
                            .stopped = all->stopped};
    d->lane.in = all->out;
    struct buf subject = {0};
    buf_printf(&subject, "%s.in.%s", all->pool->name, d->key);
    d->presses = (struct presses){
        .pool = all->pool, .subject = xstrdup(buf_cstr(&subject)), .give = give_press, .ctx = d};
    buf_free(&subject);
    lease_begin(&d->lease, all->pool->ack_wait, all->looked);
    HASH_ADD_KEYPTR(hh, all->table, d->key, key.n, d);
    DL_APPEND(all->list, d);
    d->active = true;
    if (held_beat(d, bus_now())) /* it came before this process stood still for longer than the lease? */
        d->in->request(d);
}

void held_again(struct held *d, const char *ack)
{
    free(d->ack);
    d->ack = xstrdup(ack);
    d->lease.next = bus_now();
}

static void on_beat(void *ctx, const struct bus_message *m)
{
    struct held *d = ctx;
    d->beat = 0;
    lease_heard(&d->lease, bus_now(), m->status == BUS_OK);
}

bool held_beat(struct held *d, int64_t now)
{
    if (d->hold.state != HOLD_OVER && hold_needs_lease(&d->hold) && lease_over(&d->lease, now)) {
        held_event(d, HOLD_LAPSED);
        return false;
    }
    if (lease_due(&d->lease, now)) {
        lease_sent(&d->lease, now);
        d->beat = pool_hold(d->in->pool, d->ack, lease_patience(&d->lease), on_beat, d);
    }
    return true;
}
