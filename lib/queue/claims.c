/* SPDX-License-Identifier: MIT */
/* The claims of a ring on their way through the pool. */
#include <stdlib.h>

#include "base/diag.h"
#include "base/table.h"
#include "queue/claims.h"

static void enter_list(struct claim *c)
{
    struct claims *s = c->in;
    if (claim_waits(c->state)) {
        DL_APPEND(s->waiting, c);
        s->n_waiting++;
    } else {
        DL_APPEND(s->others, c);
        s->n_others++;
    }
}

static void leave_list(struct claim *c, enum claim_state state)
{
    struct claims *s = c->in;
    if (claim_waits(state)) {
        DL_DELETE(s->waiting, c);
        s->n_waiting--;
    } else {
        DL_DELETE(s->others, c);
        s->n_others--;
    }
}

static void claim_free(struct claim *c)
{
    leave_list(c, c->state);
    bus_forget(c->in->pool->bus, c->request);
    c->in->bytes -= c->action.len;
    buf_free(&c->action);
    buf_free(&c->reply);
    buf_free(&c->owner);
    buf_free(&c->id);
    free(c);
}

struct claim *claim_new(struct claims *s, enum claim_state state, struct span action)
{
    struct claim *c = xcalloc(1, sizeof *c);
    c->in = s;
    c->state = state;
    c->named = CLAIM_STATES;
    buf_span(&c->action, action);
    s->bytes += action.n;
    s->n_found += claim_is_found(state);
    enter_list(c);
    return c;
}

/* The state that the event leads to, and its request at once or in `wait` ms. */
void claim_happens(struct claim *c, enum claim_event event, int64_t wait)
{
    struct claims *s = c->in;
    enum claim_state from = c->state, to = claim_next(from, event, (s->resend || c->unsent) && !c->bad);
    if (to == CLAIM_STATES)
        die(EX_SOFTWARE, "claim: event %d in state %d", (int)event, (int)from);
    s->n_owed += (size_t)(to == CLAIM_OWED) - (size_t)(from == CLAIM_OWED);
    s->n_found += (size_t)claim_is_found(to) - (size_t)claim_is_found(from);
    bool moves = claim_waits(from) != claim_waits(to);
    if (moves)
        leave_list(c, from);
    c->state = to;
    c->unsent = c->unsent && from != CLAIM_SEEKING; /* from there on nobody knows */
    if (moves)
        enter_list(c);
    c->at = wait ? bus_now() + wait : 0;
    if (wait && c->at < s->until)
        s->until = c->at;
    if (to == CLAIM_OVER)
        claim_free(c);
    else if (!wait)
        c->in->ask(c);
}

static int64_t go(struct claim *list, int64_t now)
{
    int64_t until = INT64_MAX;
    struct claim *c, *next;
    DL_FOREACH_SAFE (list, c, next) {
        if (c->at && c->at <= now)
            c->in->ask(c);
        else if (c->at && c->at < until)
            until = c->at;
    }
    return until;
}

void claims_go(struct claims *s)
{
    int64_t now = bus_now();
    if (now < s->until)
        return;
    int64_t a = go(s->waiting, now), b = go(s->others, now);
    s->until = a < b ? a : b;
}

int64_t claims_until(const struct claims *s)
{
    return s->until;
}

static bool list_knows(const struct claim *list, uint64_t mark, uint64_t out)
{
    const struct claim *c;
    DL_FOREACH (list, c)
        if (c->mark == mark || c->old == mark || (out && c->out == out))
            return true;
    return false;
}

bool claims_know(const struct claims *s, uint64_t mark, uint64_t out)
{
    return list_knows(s->waiting, mark, out) || list_knows(s->others, mark, out);
}

bool claims_busy(const struct claims *s)
{
    const struct claim *c;
    if (s->n_waiting)
        return true;
    DL_FOREACH (s->others, c)
        if (c->state != CLAIM_OWED && c->state != CLAIM_OWNER && c->state != CLAIM_SEEKING)
            return true;
    return false;
}

void claims_free(struct claims *s)
{
    while (s->waiting)
        claim_free(s->waiting);
    while (s->others)
        claim_free(s->others);
    buf_free(&s->gone);
}
