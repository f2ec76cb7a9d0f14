/* SPDX-License-Identifier: MIT */
/* What a held session asks the engine, by its state, and what the answers mean. */
#include <string.h>

#include "base/diag.h"
#include "queue/asks.h"
#include "queue/message.h"
#include "queue/step.h"
#include "run/address.h"

enum {
    ASK = 500,            /* ms: another worker that lives answers within that time */
    RETRY = 200,          /* ms after no answer */
    RETRY_REFUSED = 5000, /* ms after an error that somebody must mend */
};

/* The subject of the session, or of its gateway (all false). */
static const char *subject(struct buf *out, const struct held *d, const char *kind, bool session)
{
    struct span gateway = held_gateway(d);
    const char *rest = d->key + gateway.n + (d->key[gateway.n] == '.');
    pool_subject(out, d->in->pool, kind, gateway, session ? span_of(rest) : (struct span){NULL, 0});
    return buf_cstr(out);
}

static void on_here(void *ctx, const struct bus_message *m)
{
    struct held *d = ctx;
    if (!m->reply.p || m->status != BUS_OK || lease_over(&d->lease, bus_now()))
        return;
    struct buf to = {0};
    buf_span(&to, m->reply);
    bus_publish(d->in->pool->bus, &(struct bus_out){.subject = buf_cstr(&to), .data = span_of("+")});
    buf_free(&to);
}

static void on_who(void *ctx, const struct bus_message *m)
{
    struct held *d = ctx;
    struct buf who = {0};
    d->step = 0;
    if (m->status == BUS_OK) {
        info(1, "session %s: another worker has it", d->key);
        held_event(d, HOLD_SOMEBODY);
        return;
    }
    d->here = bus_listen(d->in->pool->bus, subject(&who, d, "who", true), on_here, d);
    buf_free(&who);
    held_event(d, HOLD_NOBODY);
}

/* True if the answer is one to go on with. */
static bool is_answer(struct held *d, const struct pool_answer *a)
{
    d->step = 0;
    if (a->fate == POOL_AGAIN || a->fate == POOL_REFUSED) {
        if (a->fate == POOL_REFUSED && !d->refused)
            complain("work at session %s: %s", d->key, a->why ? a->why : "refused");
        d->refused |= a->fate == POOL_REFUSED;
        d->again_at = bus_now() + (a->fate == POOL_REFUSED ? RETRY_REFUSED : RETRY);
        return false;
    }
    d->refused = false;
    return true;
}

static void on_done(void *ctx, const struct pool_answer *a)
{
    struct held *d = ctx;
    if (!is_answer(d, a))
        return;
    if (d->hold.state == HOLD_BURY)
        complain("put message %s of session %s aside: %s", buf_cstr(&d->given.id), d->key,
                 buf_cstr(&d->reason));
    held_event(d, HOLD_DONE);
}

static void on_tries(void *ctx, const struct pool_answer *a)
{
    struct held *d = ctx;
    if (!is_answer(d, a))
        return;
    if (a->fate == POOL_DONE)
        note_read(&d->hold.note, &d->noted, a->data);
    held_event(d, HOLD_DONE);
}

static void on_found(void *ctx, const struct pool_answer *a)
{
    struct held *d = ctx;
    if (!is_answer(d, a))
        return;
    if (a->fate != POOL_DONE) {
        held_event(d, HOLD_EMPTY);
        return;
    }
    if (d->hold.state == HOLD_RECHECK) {
        held_event(d, HOLD_FOUND);
        return;
    }
    struct span id = pool_header(a->headers, "Nats-Msg-Id");
    if (press_find(&d->presses, id)) { /* COMMAND has it: it will be deleted soon */
        d->again_at = bus_now() + RETRY;
        return;
    }
    given_read(&d->given, a->data, id, a->seq);
    d->reason.len = 0;
    bool same = d->noted.len && span_same(buf_as_span(&d->noted), buf_as_span(&d->given.id));
    held_found(d, same);
}

static void note(struct held *d, const char *to)
{
    struct buf text = {0};
    struct hold_note n = {d->hold.attempt, d->hold.state == HOLD_FAIL, d->hold.token, d->hold.delivered};
    note_build(&text, buf_as_span(&d->given.id), &n);
    d->step = pool_put(d->in->pool, to, NULL, NULL, buf_as_span(&text), on_done, d);
    buf_free(&text);
}

/* The longest line that the engine takes with the headers of this file. */
static size_t longest(const struct held *d)
{
    return step_longest(bus_max_payload(d->in->pool->bus));
}

static void reply(struct held *d)
{
    struct buf to = {0}, id = {0}, request_id = {0}, made = {0}, action = {0};
    buf_span(&id, buf_as_span(&d->given.id));
    buf_str(&id, "/failure");
    given_request_id(&request_id, buf_as_span(&id));
    address_reply(&made, d->given.turn, span_of(d->in->on_failure), false);
    struct json_edit edit = {"requestId", buf_as_span(&request_id)};
    json_edit(&action, buf_as_span(&made), &edit, 1);
    if (action.len > longest(d)) {
        complain("answer message %s of session %s: longer than the engine takes", buf_cstr(&d->given.id),
                 d->key);
        held_event(d, HOLD_DONE); /* it may be freed */
    } else {
        d->step = pool_put(d->in->pool, subject(&to, d, "out", false), buf_cstr(&id), NULL,
                           buf_as_span(&action), on_done, d);
    }
    buf_free(&to);
    buf_free(&id);
    buf_free(&request_id);
    buf_free(&made);
    buf_free(&action);
}

static void bury(struct held *d, const char *to)
{
    struct buf id = {0}, attempts = {0}, less = {0};
    struct span line = given_line(&d->given);
    if (line.n > longest(d) && d->given.turn)
        message_shorten(&less, line, longest(d));
    else if (line.n > longest(d))
        buf_add(&less, line.p, longest(d));
    if (d->hold.bad)
        buf_str(&d->reason, "not a message");
    else if (!d->reason.len)
        buf_str(&d->reason, "what ran it ended before it was done");
    buf_printf(&attempts, "%d", d->hold.attempt);
    buf_printf(&id, "dead/%s/%ju", buf_cstr(&d->given.id), (uintmax_t)d->given.seq);
    const char *const headers[] = {"Relay-Reason",
                                   buf_cstr(&d->reason),
                                   "Relay-Attempts",
                                   buf_cstr(&attempts),
                                   "Relay-Id",
                                   buf_cstr(&d->given.id),
                                   NULL};
    d->step = pool_put(d->in->pool, to, buf_cstr(&id), headers, less.len ? buf_as_span(&less) : line, on_done,
                       d);
    buf_free(&less);
    buf_free(&id);
    buf_free(&attempts);
}

static void request(struct held *d)
{
    struct pool *p = d->in->pool;
    struct buf to = {0};
    d->again_at = INT64_MAX;
    switch (d->hold.state) {
    case HOLD_WHO:
        d->step = bus_request(p->bus, &(struct bus_out){.subject = subject(&to, d, "who", true)}, ASK, on_who,
                              d);
        break;
    case HOLD_TRIES:
        d->step = pool_last(p, POOL_TRY, subject(&to, d, "try", true), on_tries, d);
        break;
    case HOLD_FIRST:
    case HOLD_RECHECK:
        d->step = pool_first(p, POOL_IN, subject(&to, d, "in", true), 1, on_found, d);
        break;
    case HOLD_NOTE:
    case HOLD_FAIL:
        note(d, subject(&to, d, "try", true));
        break;
    case HOLD_REPLY:
        reply(d);
        break;
    case HOLD_BURY:
        bury(d, subject(&to, d, "dead", true));
        break;
    case HOLD_DELETE:
        d->step = pool_delete(p, POOL_IN, d->given.seq, on_done, d);
        break;
    case HOLD_LEAVE:
        if (d->presses.list) { /* COMMAND has them */
            d->again_at = bus_now() + RETRY;
            break;
        }
        d->step = pool_delete(p, POOL_READY, d->hold.token, on_done, d);
        break;
    case HOLD_REPUT:
        d->step = pool_put(p, subject(&to, d, "ready", true), NULL, NULL, span_of(""), on_done, d);
        break;
    case HOLD_ALONE: /* helds_tick() sees to it */
    case HOLD_RUN:
    case HOLD_OVER:
        break;
    }
    buf_free(&to);
}

void asks_open(struct helds *all)
{
    all->request = request;
}
