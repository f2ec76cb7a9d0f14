/* SPDX-License-Identifier: MIT */
/* The lane of a session: what is in it. */
#include <stdlib.h>

#include "queue/lane.h"
#include "queue/step.h"

bool errand_idle(const struct errand *e)
{
    return !e->number && e->again_at == INT64_MAX;
}

void errand_later(struct intake *in, struct errand *e)
{
    e->again_at = bus_now() + step_backoff(++e->tries);
    if (e->again_at < in->next_at)
        in->next_at = e->again_at;
}

void errand_done(struct errand *e)
{
    *e = (struct errand){.again_at = INT64_MAX};
}

struct lane *lane_make(struct intake *in, struct span session)
{
    struct lane *l;
    HASH_FIND(hh, in->table, session.p, session.n, l);
    if (l)
        return l;
    l = xcalloc(1, sizeof *l + session.n + 1);
    memcpy(l->key, session.p, session.n);
    l->in = in;
    l->n = session.n;
    errand_done(&l->put);
    errand_done(&l->token);
    errand_done(&l->halt);
    HASH_ADD_KEYPTR(hh, in->table, l->key, l->n, l);
    return l;
}

void lane_settle(struct lane *l)
{
    if (l->queue || l->interrupt.len || l->wants || !errand_idle(&l->put) || !errand_idle(&l->token))
        return;
    HASH_DEL(l->in->table, l);
    buf_free(&l->interrupt);
    free(l);
}

void lane_drop(struct lane *l, struct message *m, bool handled)
{
    struct intake *in = l->in;
    DL_DELETE(l->queue, m);
    in->waiting--;
    in->bytes -= m->line.len;
    if (!m->ack.len)
        in->live--;
    if (handled && m->ack.len)
        filter_emit(in->f, buf_as_span(&m->ack));
    if (handled)
        seen_done(&in->seen, &m->twin);
    message_free(m);
}
