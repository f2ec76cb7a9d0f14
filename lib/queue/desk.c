/* SPDX-License-Identifier: MIT */
/* Requests to a pool one after another. */
#include "queue/desk.h"
#include "base/clock.h"
#include "base/diag.h"

enum { PATIENCE = 10000, PAUSE = 250 }; /* ms */

struct wait {
    pool_fn *fn;
    void *ctx;
    enum pool_fate fate;
    bool answered;
};

static void on_answer(void *ctx, const struct pool_answer *a)
{
    struct wait *w = ctx;
    w->answered = true;
    w->fate = a->fate;
    if (a->fate == POOL_REFUSED)
        die(EX_UNAVAILABLE, "ask the pool: %s", a->why ? a->why : "refused");
    if (a->fate != POOL_AGAIN && w->fn)
        w->fn(w->ctx, a);
}

static void request(struct pool *p, const struct desk_ask *ask, struct wait *w)
{
    switch (ask->kind) {
    case DESK_FIRST:
        pool_first(p, ask->stream, ask->subject, ask->seq, on_answer, w);
        break;
    case DESK_DELETE:
        pool_delete(p, ask->stream, ask->seq, on_answer, w);
        break;
    case DESK_PUT:
        pool_put(p, ask->subject, ask->id, ask->headers, ask->data, on_answer, w);
        break;
    case DESK_SUBJECTS:
        pool_subjects(p, ask->stream, ask->subject, on_answer, w);
        break;
    case DESK_WORKERS:
        pool_workers(p, on_answer, w);
        break;
    }
}

/* One turn of the loop: until something comes, or `until` of bus_now(). */
static void turn(struct pool *p, struct pollset *ps, int64_t until)
{
    pollset_clear(ps);
    bus_prepare(p->bus, ps);
    bus_until(ps, until);
    if (!pollset_wait(ps))
        die(EX_OSERR, "poll:");
    bus_ready(p->bus);
}

enum pool_fate desk_ask(struct pool *p, const struct desk_ask *ask, pool_fn *fn, void *ctx)
{
    struct pollset ps = {0};
    struct wait w = {.fn = fn, .ctx = ctx, .fate = POOL_AGAIN};
    int64_t end = bus_now() + PATIENCE;
    while (w.fate == POOL_AGAIN) {
        if (bus_now() >= end)
            die(EX_UNAVAILABLE, "ask the pool: no answer in %d s", PATIENCE / 1000);
        w.answered = false;
        request(p, ask, &w);
        while (!w.answered)
            turn(p, &ps, INT64_MAX);
        for (int64_t at = bus_now() + PAUSE; w.fate == POOL_AGAIN && bus_now() < at;)
            turn(p, &ps, at);
    }
    pollset_free(&ps);
    return w.fate;
}
