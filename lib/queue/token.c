/* SPDX-License-Identifier: MIT */
/* The token of a session. */
#include "base/crash.h"
#include "base/diag.h"
#include "queue/lane.h"

static void start_tokens(struct intake *in);

static void on_token(void *ctx, const struct pool_answer *a)
{
    struct lane *l = ctx;
    struct intake *in = l->in;
    bool again = a->fate == POOL_AGAIN;
    in->tokens--;
    in->silent = again;
    l->token.number = 0;
    if (a->fate == POOL_REFUSED) /* the next sweep tries again */
        complain("put the token of %s: %s", l->key, a->why);
    if (again)
        errand_later(in, &l->token);
    else
        errand_done(&l->token);
    if (l->renew)
        lane_want_token(l);
    lane_settle(l);
    start_tokens(in);
}

static void put_token(struct lane *l)
{
    struct buf subject = {0};
    pool_subject(&subject, l->in->pool, "ready", buf_as_span(&l->in->link->token),
                 (struct span){l->key, l->n});
    crash_here("token");
    l->in->tokens++;
    l->renew = false;
    l->token.again_at = INT64_MAX;
    l->token.number = pool_put(l->in->pool, buf_cstr(&subject), NULL, NULL, (struct span){"", 0}, on_token,
                               l);
    buf_free(&subject);
}

static void start_tokens(struct intake *in)
{
    while (in->wanting && in->tokens < INTAKE_TOKENS && bus_connected(in->pool->bus)) {
        struct lane *l = in->wanting;
        DL_DELETE(in->wanting, l);
        l->wants = false;
        put_token(l);
    }
}

void lane_want_token(struct lane *l)
{
    struct intake *in = l->in;
    if (l->token.number) {
        l->renew = true;
    } else if (!l->wants) {
        DL_APPEND(in->wanting, l);
        l->wants = true;
    }
    start_tokens(in);
}
