/* SPDX-License-Identifier: MIT */
/* What waits in POOL_out becomes claims. */
#include "queue/look.h"
#include "base/crash.h"
#include "base/table.h"
#include "queue/outgoing.h"

enum {
    WINDOW = 8,           /* actions that are being taken at once */
    CLAIMS_MAX = 4096,    /* … and those that wait for results */
    BYTES_MAX = 16 << 20, /* … and their length */
    SOON = 300,           /* ms until a look that had no answer is repeated */
    LATER = 5000,         /* … that was refused; and between looks when nothing is heard */
    MARK = 256,           /* bytes of a mark besides the action, at most */
    FIRST = 5, /* … after a wake-up: it may come before its action can be read; then twice as long */
};

void look_wake(struct look *k)
{
    k->more = k->again = true;
    k->patience = FIRST;
    k->at = 0;
}

/* The sequence to look from. While nothing is being taken, the first: a sequence is not to be relied on
 * across a restart of the server. */
static uint64_t look_from(const struct look *k)
{
    uint64_t last = 0;
    const struct claim *c;
    DL_FOREACH (k->claims->waiting, c)
        if (c->out > last)
            last = c->out;
    return last + 1;
}

static bool has_room(const struct look *k)
{
    const struct claims *s = k->claims;
    return !k->request && s->n_waiting < WINDOW && s->n_waiting + s->n_others < CLAIMS_MAX &&
           s->bytes < BYTES_MAX;
}

/* The longest action that can be marked: a worker's leaves more room than that for headers. */
static size_t longest(const struct look *k)
{
    size_t most = bus_max_payload(k->claims->pool->bus);
    most = most > MARK ? most - MARK : 0;
    return most < k->max ? most : k->max;
}

static void take(struct look *k, const struct pool_answer *a)
{
    struct outgoing o = {0};
    struct span reply = pool_header(a->headers, "Relay-Reply");
    outgoing_read(&o, a->data, true, longest(k));
    struct claim *c = claim_new(k->claims, o.kind == OUTGOING_BAD ? CLAIM_SHELVING : CLAIM_MARKING, a->data);
    c->out = a->seq;
    c->bad = o.why;
    if (outgoing_is_inbox(reply))
        buf_span(&c->reply, reply);
    if (c->bad)
        buf_printf(&c->id, "%ju/%jd", (uintmax_t)a->seq, (intmax_t)a->time);
    outgoing_free(&o);
    crash_here("found");
    claim_ask(c);
}

static void on_out(void *ctx, const struct pool_answer *a)
{
    struct look *k = ctx;
    int64_t now = bus_now();
    k->request = 0;
    if (a->fate == POOL_DONE) {
        k->more = true;
        k->at = 0;
        take(k, a);
    } else if (a->fate != POOL_NONE) {
        k->at = now + (a->fate == POOL_REFUSED ? LATER : SOON);
    } else if (!k->again) {
        k->more = false;
        k->at = now + k->patience;
        k->patience = k->patience * 2 < LATER ? k->patience * 2 : LATER;
    }
}

void look_go(struct look *k)
{
    struct claims *s = k->claims;
    if (!has_room(k) || bus_now() < k->at)
        return;
    k->again = false;
    k->request = pool_first(s->pool, POOL_OUT, s->out, look_from(k), on_out, k);
}

int64_t look_until(const struct look *k)
{
    return has_room(k) ? k->at : INT64_MAX;
}

void look_stop(struct look *k)
{
    bus_forget(k->claims->pool->bus, k->request);
    k->request = 0;
}
