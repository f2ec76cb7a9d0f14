/* SPDX-License-Identifier: MIT */
/* The messages of a link in the pool. */
#include "queue/undone.h"
#include "base/diag.h"

void undone_init(struct undone *u, struct intake *in)
{
    *u = (struct undone){.in = in, .count_at = INT64_MAX};
    pool_subject(&u->subject, in->pool, "in", buf_as_span(&in->link->token), span_of("x"));
    u->subject.p[u->subject.len - 1] = '>';
}

int64_t undone_count(const struct undone *u)
{
    return u->counted + (int64_t)(u->in->stored - u->before);
}

static int64_t number_of(struct span v)
{
    int64_t n = 0;
    for (size_t i = 0; json_is_integer(v) && i < v.n && n < INT32_MAX; i++)
        n = n * 10 + (v.p[i] - '0');
    return n;
}

/* Counts the messages of the answer; in a sweep, each session gets its token. */
static int64_t count(struct undone *u, struct span info, size_t *sessions)
{
    struct span subjects = json_find(json_find(info, "state"), "subjects");
    struct json_iter it = {.rest = subjects};
    struct span key, value;
    struct buf name = {0};
    size_t prefix = u->subject.len - 1;
    int64_t n = 0;
    while (json_is_object(subjects) && json_next(&it, &key, &value)) {
        name.len = 0;
        json_decode(&name, key);
        n += number_of(value);
        ++*sessions;
        if (u->sweeps && name.len > prefix)
            intake_token(u->in, (struct span){name.p + prefix, name.len - prefix});
    }
    buf_free(&name);
    return n;
}

static void on_answer(void *ctx, const struct pool_answer *a)
{
    struct undone *u = ctx;
    int64_t now = bus_now(), took = now - u->asked_at;
    size_t sessions = 0;
    u->request = 0;
    u->count_at = now + (took * 20 > UNDONE_EVERY ? took * 20 : UNDONE_EVERY);
    if (a->fate != POOL_DONE) {
        if (u->sweeps)
            u->sweep_at = now + UNDONE_EVERY;
        info(1, "ask for the messages in the pool: %s", a->why ? a->why : "no answer");
        return;
    }
    u->counted = count(u, a->info, &sessions);
    u->before = u->asked;
    if (u->sweeps)
        info(sessions ? 1 : 2, "sweep: %jd messages of %zu sessions are in the pool", (intmax_t)u->counted,
             sessions);
}

static void ask(struct undone *u, bool sweep, int64_t now)
{
    u->sweeps = sweep;
    if (sweep)
        u->sweep_at = now + UNDONE_SWEEP;
    u->asked = u->in->stored;
    u->asked_at = now;
    u->request = pool_subjects(u->in->pool, POOL_IN, buf_cstr(&u->subject), on_answer, u);
}

void undone_prepare(const struct undone *u, struct pollset *ps, bool counts)
{
    if (u->request || !bus_connected(u->in->pool->bus))
        return;
    bus_until(ps, u->sweep_at);
    if (counts && undone_count(u))
        bus_until(ps, u->count_at);
}

void undone_ready(struct undone *u, bool counts)
{
    int64_t now = bus_now();
    if (u->request || !bus_connected(u->in->pool->bus))
        return;
    if (undone_count(u) && u->count_at == INT64_MAX)
        u->count_at = now + UNDONE_EVERY;
    if (now >= u->sweep_at)
        ask(u, true, now);
    else if (counts && undone_count(u) && now >= u->count_at)
        ask(u, false, now);
    else if (!undone_count(u))
        u->count_at = INT64_MAX;
}

void undone_again(struct undone *u)
{
    bus_forget(u->in->pool->bus, u->request);
    u->request = 0;
    u->sweep_at = 0;
}

void undone_free(struct undone *u)
{
    bus_forget(u->in->pool->bus, u->request);
    buf_free(&u->subject);
}
