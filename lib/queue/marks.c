/* SPDX-License-Identifier: MIT */
/* The marks of a link in POOL_sent, looked through. */
#include <string.h>

#include "base/num.h"
#include "queue/marks.h"
#include "queue/outgoing.h"

enum {
    SOON = 300,    /* ms until what had no answer is asked again */
    EVERY = 60000, /* ms between two walks */
    MANY = 64,     /* with more claims than that, no walk begins by the clock */
};

static uint64_t number_of(struct span text)
{
    int64_t n = 0;
    char digits[24] = "";
    if (text.p && text.n < sizeof digits)
        memcpy(digits, text.p, text.n);
    return number_parse(digits, 1, INT64_MAX, &n) ? (uint64_t)n : 0;
}

static void copy_header(struct buf *to, const struct pool_answer *a, const char *name)
{
    buf_span(to, pool_header(a->headers, name));
}

/* A mark of this ring that no claim knows is a second copy: its put was made twice. */
static void begin_claim(struct marks *m, const struct pool_answer *a, bool mine, uint64_t out)
{
    struct outgoing o = {0};
    struct claim *c = claim_new(m->claims, mine ? CLAIM_CLEARING : CLAIM_OWNER, a->data);
    c->old = a->seq;
    c->out = out;
    copy_header(&c->owner, a, "Relay-Ring");
    c->unsent = span_eq(buf_as_span(&c->owner), CLAIMS_NOBODY);
    copy_header(&c->id, a, "Nats-Msg-Id");
    if (outgoing_is_inbox(pool_header(a->headers, "Relay-Reply")))
        copy_header(&c->reply, a, "Relay-Reply");
    outgoing_read(&o, a->data, true, m->max);
    c->bad = o.why;
    outgoing_free(&o);
    claim_ask(c);
}

static void on_mark(void *ctx, const struct pool_answer *a)
{
    struct marks *m = ctx;
    m->request = 0;
    if (a->fate == POOL_NONE) {
        m->walking = false;
        m->walked = true;
        m->next = bus_now() + EVERY;
    } else if (a->fate != POOL_DONE) {
        m->at = bus_now() + SOON;
    } else {
        bool mine = span_eq(pool_header(a->headers, "Relay-Ring"), m->claims->me);
        uint64_t out = number_of(pool_header(a->headers, "Relay-Out"));
        m->from = a->seq + 1;
        if (!claims_know(m->claims, a->seq, mine ? out : 0))
            begin_claim(m, a, mine, out);
    }
}

static bool is_due(const struct marks *m, int64_t now)
{
    if (!m->walked || bus_reconnects(m->claims->pool->bus) != m->reconnects)
        return true;
    return now >= m->next && m->claims->n_others <= MANY;
}

void marks_again(struct marks *m)
{
    m->walking = m->walked = false;
    bus_forget(m->claims->pool->bus, m->request);
    m->request = 0;
}

/* One mark after another: what is sent again keeps its order. */
void marks_go(struct marks *m)
{
    int64_t now = bus_now();
    struct claims *s = m->claims;
    if (!m->walking && !s->stopping && is_due(m, now)) {
        m->walking = true;
        m->from = 1;
        m->at = 0;
        m->reconnects = bus_reconnects(s->pool->bus);
    }
    if (m->walking && !m->request && now >= m->at && !s->n_found)
        m->request = pool_first(s->pool, POOL_SENT, s->sent, m->from, on_mark, m);
}

int64_t marks_until(const struct marks *m)
{
    const struct claims *s = m->claims;
    if (m->request || s->n_found || (s->stopping && !m->walking))
        return INT64_MAX;
    if (m->walking)
        return m->at;
    return is_due(m, bus_now()) ? 0 : s->n_others > MANY ? INT64_MAX : m->next;
}

bool marks_done(const struct marks *m)
{
    return m->walked && !m->claims->n_found;
}

void marks_stop(struct marks *m)
{
    bus_forget(m->claims->pool->bus, m->request);
    m->request = 0;
    m->walking = false;
}
