/* SPDX-License-Identifier: MIT */
/* The way in. */
#include "base/clock.h"
#include "base/diag.h"
#include "base/random.h"
#include "queue/lane.h"

void intake_init(struct intake *in, struct pool *p, struct filter *f, const struct link_name *l)
{
    struct buf nonce = {0};
    random_hex(&nonce, sizeof in->nonce / 2);
    memcpy(in->nonce, buf_cstr(&nonce), sizeof in->nonce);
    buf_free(&nonce);
    in->pool = p;
    in->f = f;
    in->link = l;
    in->next_at = INT64_MAX;
}

static void refuse(struct intake *in, struct message *m)
{
    complain("store %s: too many messages wait; %s", buf_cstr(&m->name),
             m->ack.len ? "not acknowledged" : "lost");
    filter_fail(in->f, m->ack.len ? EX_UNAVAILABLE : EX_TEMPFAIL);
    message_free(m);
}

void intake_take(struct intake *in, const struct frame *fr)
{
    struct message *m = message_new(fr, in->link, in->nonce, &in->nameless);
    if (intake_stuffed(in)) {
        refuse(in, m);
        return;
    }
    struct lane *l = lane_make(in, buf_as_span(&m->session));
    if (!json_is_object(frame_get(fr, "event")))
        buf_str(&m->aside, "its event is no object");
    DL_APPEND(l->queue, m);
    in->waiting++;
    in->bytes += m->line.len;
    if (!m->ack.len)
        in->live++;
    lane_go(l);
    lane_settle(l);
}

void intake_interrupt(struct intake *in, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct json_edit gateway = {"gateway", buf_as_span(&in->link->json)};
    struct buf key = {0}, token = {0};
    size_t dropped = 0;
    if (!json_has_text(session)) {
        warn("skip interrupt_inbound: it names no session");
        return;
    }
    json_decode(&key, session);
    pool_token(&token, buf_as_span(&key));
    struct lane *l = lane_make(in, buf_as_span(&token));
    bool under_way = l->queue && (l->put.number || l->put.tries);
    for (struct message *m = under_way ? l->queue->next : l->queue, *next; m; m = next, dropped++) {
        next = m->next;
        lane_drop(l, m, true);
    }
    info(1, "interrupt %s: %zu that waited here dropped", l->key, dropped);
    if (!bus_connected(in->pool->bus))
        warn("interrupt %s: the engine is away, it waits", l->key);
    l->interrupt.len = 0;
    json_edit_members(&l->interrupt, fr->line, &fr->top, &gateway, 1);
    lane_go(l);
    buf_free(&key);
    buf_free(&token);
}

void intake_token(struct intake *in, struct span session)
{
    lane_want_token(lane_make(in, session));
}

void intake_prepare(struct intake *in, struct pollset *ps)
{
    bus_until(ps, in->next_at);
}

/* Whether it is to be made again now; if later, that moment is noted. */
static bool is_due(struct intake *in, struct errand *e, int64_t now)
{
    if (e->again_at <= now) {
        e->again_at = INT64_MAX;
        return true;
    }
    if (e->again_at < in->next_at)
        in->next_at = e->again_at;
    return false;
}

void intake_ready(struct intake *in)
{
    struct lane *l, *next;
    int64_t now = bus_now();
    if (now < in->next_at)
        return;
    in->next_at = INT64_MAX;
    HASH_ITER (hh, in->table, l, next) {
        bool put = is_due(in, &l->put, now), halt = is_due(in, &l->halt, now);
        if (is_due(in, &l->token, now))
            lane_want_token(l);
        if (put || halt)
            lane_go(l);
        lane_settle(l);
    }
}

static void forget(struct intake *in, struct errand *e)
{
    bus_forget(in->pool->bus, e->number);
    e->tries += e->number > 0;
    e->number = 0;
    e->again_at = INT64_MAX;
}

void intake_again(struct intake *in)
{
    struct lane *l, *next;
    in->silent = false;
    HASH_ITER (hh, in->table, l, next) {
        bool token = !errand_idle(&l->token);
        in->tokens -= l->token.number > 0;
        forget(in, &l->put);
        forget(in, &l->halt);
        forget(in, &l->token);
        if (token || l->wants)
            lane_want_token(l);
        lane_go(l);
        lane_settle(l);
    }
}

bool intake_full(const struct intake *in)
{
    return in->waiting >= INTAKE_MAX || in->bytes >= INTAKE_BYTES;
}

bool intake_stuffed(const struct intake *in)
{
    return in->waiting >= INTAKE_MOST || in->bytes >= INTAKE_MOST_BYTES;
}

bool intake_busy(const struct intake *in)
{
    return in->table != NULL;
}

static size_t count_interrupts(const struct intake *in)
{
    size_t n = 0;
    for (const struct lane *l = in->table; l; l = l->hh.next)
        n += l->interrupt.len > 0;
    return n;
}

void intake_give_up(struct intake *in, const char *why)
{
    size_t interrupts = count_interrupts(in);
    if (in->live)
        complain("%s: %zu messages could not be stored and are lost", why, in->live);
    if (in->waiting > in->live)
        complain("%s: %zu messages could not be stored and are not acknowledged", why,
                 in->waiting - in->live);
    if (interrupts)
        complain("%s: %zu interrupts did not reach the pool", why, interrupts);
    if (in->live || interrupts)
        filter_fail(in->f, EX_TEMPFAIL);
    if (in->waiting > in->live)
        filter_fail(in->f, EX_UNAVAILABLE);
}

void intake_free(struct intake *in)
{
    struct lane *l, *next;
    HASH_ITER (hh, in->table, l, next) {
        forget(in, &l->put);
        forget(in, &l->halt);
        forget(in, &l->token);
        while (l->queue)
            lane_drop(l, l->queue, false);
        l->interrupt.len = 0;
        l->wants = false;
        lane_settle(l);
    }
    in->wanting = NULL;
    seen_free(&in->seen);
}
