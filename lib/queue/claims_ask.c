/* SPDX-License-Identifier: MIT */
/* The requests that the states of a claim stand for, and what their answers mean. */
#include <stdio.h>

#include "base/crash.h"
#include "base/diag.h"
#include "queue/claims.h"
#include "queue/outgoing.h"
#include "queue/step.h"

enum {
    SOON = 300,        /* ms until what had no answer is asked again */
    LATER = 5000,      /* … what was refused */
    OWNER_WAIT = 1000, /* ms for another ring to answer */
    OWNER_ASKED = 2,   /* times that it is asked: it may be coming back */
    RIVAL = 120000,    /* ms for which a ring that was met may take actions that this one takes */
};

/* It was refused for good, as far as the pool knows: told once, and asked again now and then. */
static void refused(struct claim *c, const char *why)
{
    if (!c->in->warned)
        complain("ask the pool for an action's sake: %s", why ? why : "refused");
    c->in->warned = true;
    claim_happens(c, CLAIM_AGAIN, LATER);
}

static void on_answer(struct claim *c, const struct pool_answer *a, bool yes)
{
    struct claims *s = c->in;
    if (a->fate == POOL_DONE)
        claim_happens(c, yes ? CLAIM_YES : CLAIM_NO, 0);
    else if (a->fate == POOL_NONE)
        claim_happens(c, CLAIM_NO, 0);
    else if (c->state == CLAIM_MARKING && s->ended)
        claim_happens(c, CLAIM_LEAVE, 0);
    else if (a->fate == POOL_REFUSED)
        refused(c, a->why);
    else
        claim_happens(c, CLAIM_AGAIN, SOON);
}

static void on_put(void *ctx, const struct pool_answer *a)
{
    struct claim *c = ctx;
    bool ours = c->state == CLAIM_MARKING || c->state == CLAIM_REMARKING;
    c->request = 0;
    if (ours && a->fate == POOL_DONE) {
        c->mark = a->seq;
        crash_here("marked");
    }
    if (c->state == CLAIM_MARKING && a->fate == POOL_DONE && c->in->stopping) {
        claim_happens(c, CLAIM_STOP, 0);
        return;
    }
    if ((c->state == CLAIM_ASIDE || c->state == CLAIM_SHELVING) && a->fate == POOL_DONE) {
        crash_here("shelved");
        c->in->put_aside(c->in->ctx, c, c->state == CLAIM_ASIDE);
    }
    on_answer(c, a, true);
}

static void on_deleted(void *ctx, const struct pool_answer *a)
{
    static const char *const points[CLAIM_STATES] = {
        [CLAIM_TAKING] = "taken", [CLAIM_CLEARING] = "cleared", [CLAIM_DROPPING] = "dropped"};
    struct claim *c = ctx;
    c->request = 0;
    if (points[c->state])
        crash_here(points[c->state]);
    on_answer(c, a, true);
}

/* What stands in POOL_out under its sequence: the same action? A sequence may be used again (relay-scale(7)).
 */
static void on_seen(void *ctx, const struct pool_answer *a)
{
    struct claim *c = ctx;
    c->request = 0;
    on_answer(c, a, a->fate == POOL_DONE && span_same(a->data, buf_as_span(&c->action)));
}

static bool reads_number(struct span text, uint64_t n)
{
    char have[24];
    snprintf(have, sizeof have, "%ju", (uintmax_t)n);
    return span_eq(text, have);
}

void claims_meet_rival(struct claims *s)
{
    s->rival = bus_now() + RIVAL;
}

/* Whether the mark that was found says that another ring may have taken the action. */
static bool is_rival(const struct claim *c, const struct pool_answer *a)
{
    return !span_eq(pool_header(a->headers, "Relay-Ring"), c->in->me) &&
           reads_number(pool_header(a->headers, "Relay-Out"), c->out) &&
           span_same(a->data, buf_as_span(&c->action));
}

/* One mark after another, up to the last. */
static void on_mark(void *ctx, const struct pool_answer *a)
{
    struct claim *c = ctx;
    c->request = 0;
    if (a->fate == POOL_DONE && !is_rival(c, a)) {
        c->own_seen |= a->seq == c->mark;
        c->from = a->seq + 1;
        claim_ask(c);
    } else if (a->fate == POOL_NONE && !c->own_seen) {
        claim_happens(c, CLAIM_LEAVE, 0);
    } else if (a->fate == POOL_NONE && bus_now() < c->in->rival) {
        claim_happens(c, CLAIM_YES, 0);
    } else {
        on_answer(c, a, true);
    }
}

static void on_owner(void *ctx, const struct bus_message *m)
{
    struct claim *c = ctx;
    c->request = 0;
    if (m->status == BUS_OK) {
        claims_meet_rival(c->in);
        claim_happens(c, CLAIM_YES, 0);
        return;
    }
    if (!bus_connected(c->in->pool->bus) || ++c->asked < OWNER_ASKED) {
        claim_happens(c, CLAIM_AGAIN, SOON);
        return;
    }
    c->in->gone.len = 0;
    buf_span(&c->in->gone, buf_as_span(&c->owner));
    claim_happens(c, CLAIM_NO, 0);
}

static void ask_owner(struct claim *c)
{
    struct claims *s = c->in;
    if (!outgoing_is_inbox(buf_as_span(&c->owner)) ||
        (s->gone.len && span_same(buf_as_span(&c->owner), buf_as_span(&s->gone)))) {
        claim_happens(c, CLAIM_NO, 0);
        return;
    }
    struct bus_out o = {.subject = buf_cstr(&c->owner)};
    c->request = bus_request(s->pool->bus, &o, OWNER_WAIT, on_owner, c);
}

static void put_mark(struct claim *c)
{
    struct claims *s = c->in;
    struct buf out = {0};
    bool returns = c->state == CLAIM_RETURNING;
    if (c->named != c->state) { /* an id for as long as it is not known to be stored */
        c->named = c->state;
        c->id.len = 0;
        buf_printf(&c->id, "%s/%ju", s->me, (uintmax_t)++s->made);
    }
    buf_printf(&out, "%ju", (uintmax_t)c->out);
    const char *headers[] = {
        "Relay-Ring",  returns ? CLAIMS_NOBODY : s->me,           "Relay-Out", buf_cstr(&out),
        "Relay-Reply", c->reply.len ? buf_cstr(&c->reply) : NULL, NULL};
    c->request = pool_put(s->pool, s->sent, buf_cstr(&c->id), headers, buf_as_span(&c->action), on_put, c);
    buf_free(&out);
}

/* Its text as far as it fits. */
static struct span fitting(const struct claim *c)
{
    struct span data = buf_as_span(&c->action);
    size_t most = step_longest(bus_max_payload(c->in->pool->bus));
    return data.n > most ? (struct span){data.p, most} : data;
}

static void put_aside(struct claim *c)
{
    struct claims *s = c->in;
    struct buf id = {0};
    bool doubt = c->state == CLAIM_ASIDE;
    if (doubt && !c->bad)
        untold_make(s->untold, &c->reply, buf_as_span(&c->action),
                    "{\"success\":false,\"error\":\"relay ring lost\",\"ambiguous\":true}");
    if (doubt)
        crash_here("told");
    buf_printf(&id, "aside/%s", buf_cstr(&c->id));
    const char *headers[] = {"Relay-State",
                             doubt ? "ambiguous" : "dead",
                             "Relay-Reason",
                             doubt ? "its ring ended before its result came" : c->bad,
                             "Relay-Reply",
                             c->reply.len ? buf_cstr(&c->reply) : NULL,
                             NULL};
    c->request = pool_put(s->pool, doubt ? s->aside : s->bad, buf_cstr(&id), headers, fitting(c), on_put, c);
    buf_free(&id);
}

static uint64_t mark_of(const struct claim *c)
{
    return c->mark ? c->mark : c->old;
}

void claim_ask(struct claim *c)
{
    struct pool *p = c->in->pool;
    c->at = 0;
    switch (c->state) {
    case CLAIM_MARKING:
    case CLAIM_REMARKING:
    case CLAIM_RETURNING:
        put_mark(c);
        break;
    case CLAIM_TAKING:
    case CLAIM_RETAKING:
    case CLAIM_DROPPING:
        c->request = pool_delete(p, POOL_OUT, c->out, on_deleted, c);
        break;
    case CLAIM_LOOKING:
    case CLAIM_SEEKING:
        c->request = pool_get(p, POOL_OUT, c->out, on_seen, c);
        break;
    case CLAIM_WHOSE:
        c->own_seen &= c->from > 0;
        c->request = pool_first(p, POOL_SENT, c->in->sent, c->from ? c->from : 1, on_mark, c);
        break;
    case CLAIM_CLEARING:
        c->request = pool_delete(p, POOL_SENT, mark_of(c), on_deleted, c);
        break;
    case CLAIM_UNMARKING:
    case CLAIM_REUNMARKING:
        c->request = pool_delete(p, POOL_SENT, c->old, on_deleted, c);
        break;
    case CLAIM_ASIDE:
    case CLAIM_SHELVING:
        put_aside(c);
        break;
    case CLAIM_OWNER:
        ask_owner(c);
        break;
    case CLAIM_READY:
    case CLAIM_OWED:
    case CLAIM_OVER:
    case CLAIM_STATES:
        break;
    }
}
