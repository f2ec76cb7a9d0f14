/* SPDX-License-Identifier: MIT */
/* The way out. */
#include <stdlib.h>

#include "base/crash.h"
#include "base/diag.h"
#include "base/sig.h"
#include "queue/emit.h"
#include "queue/look.h"
#include "queue/marks.h"
#include "queue/outgoing.h"
#include "queue/replies.h"

enum { DESCRIPTOR = 5000 }; /* ms that the first descriptor of a link may take */

enum link_state { LINK_NONE, LINK_DOWN, LINK_OPEN, LINK_UP };

struct replies {
    struct pool *pool;
    struct filter *f;
    struct buf me, out, sent, aside, bad, now; /* subjects */
    struct bus_listener *listeners[3];
    struct claims claims;
    struct marks marks;
    struct emit emit;
    struct untold untold;
    enum link_state link;
    int64_t up_at; /* LINK_OPEN: when it counts as up without a descriptor */
    struct look look;
};

/* --- what is heard --- */

static bool takes(const struct replies *r)
{
    return !r->claims.stopping && r->link == LINK_UP && writer_pending(&r->f->out) < IO_HIGH_WATER;
}

static void on_wake(void *ctx, const struct bus_message *m)
{
    struct replies *r = ctx;
    (void)m;
    look_wake(&r->look);
}

static void on_now(void *ctx, const struct bus_message *m)
{
    struct replies *r = ctx;
    bool quiet = !r->look.more && !r->claims.n_waiting; /* it must not overtake what is stored */
    if (quiet && takes(r))
        emit_quick(&r->emit, m->data);
}

static void on_question(void *ctx, const struct bus_message *m)
{
    struct replies *r = ctx;
    struct buf to = {0};
    claims_meet_rival(&r->claims);
    if (outgoing_is_inbox(m->reply)) {
        buf_span(&to, m->reply);
        bus_publish(r->pool->bus, &(struct bus_out){.subject = buf_cstr(&to), .data = span_of("+")});
    }
    buf_free(&to);
}

/* --- frames of the ring --- */

/* What was not sent when it was lost is sent again first. */
static void link_is_up(struct replies *r)
{
    if (r->link != LINK_UP)
        marks_again(&r->marks);
    r->link = LINK_UP;
}

static void link_changes(struct replies *r, const struct frame *fr)
{
    struct span state = frame_get(fr, "state");
    if (json_eq(state, "open")) {
        r->link = LINK_OPEN;
        r->up_at = bus_now() + DESCRIPTOR;
    } else if (json_eq(state, "lost") || json_eq(state, "closed")) {
        r->link = LINK_DOWN;
    }
}

void replies_frame(struct replies *r, const struct frame *fr)
{
    if (fr->type == FRAME_LINK) {
        link_changes(r, fr);
        return;
    }
    if (fr->type == FRAME_DESCRIPTOR) {
        link_is_up(r);
    } else if (r->link == LINK_NONE) {
        r->link = LINK_OPEN;
        r->up_at = bus_now() + DESCRIPTOR;
    }
    if (fr->type == FRAME_OUTBOUND_RESULT)
        emit_result(&r->emit, fr);
}

/* --- the filter --- */

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void replies_prepare(struct replies *r, struct pollset *ps)
{
    int64_t until = earliest(claims_until(&r->claims), marks_until(&r->marks));
    if (takes(r) && marks_done(&r->marks))
        until = earliest(until, look_until(&r->look));
    if (r->link == LINK_OPEN)
        until = earliest(until, r->up_at);
    if (r->emit.emitted && !writer_pending(&r->f->out)) {
        r->emit.emitted = false;
        crash_here("written");
    }
    bus_until(ps, until);
}

void replies_ready(struct replies *r)
{
    int64_t now = bus_now();
    if (r->link == LINK_OPEN && now >= r->up_at)
        link_is_up(r);
    untold_go(&r->untold);
    claims_go(&r->claims);
    marks_go(&r->marks);
    emit_ready(&r->emit);
    if (takes(r) && marks_done(&r->marks))
        look_go(&r->look);
}

void replies_drain(struct replies *r)
{
    r->claims.stopping = true;
    look_stop(&r->look);
}

void replies_resume(struct replies *r)
{
    r->claims.stopping = false;
    look_wake(&r->look);
}

void replies_end(struct replies *r)
{
    replies_drain(r);
    r->claims.ended = true;
    marks_stop(&r->marks);
    if (!r->claims.n_owed)
        return;
    complain("the input has ended: %zu action%s no result yet", r->claims.n_owed,
             r->claims.n_owed == 1 ? " has" : "s have");
    filter_fail(r->f, EX_TEMPFAIL);
}

bool replies_busy(const struct replies *r)
{
    return claims_busy(&r->claims) || r->untold.list;
}

size_t replies_owed(const struct replies *r)
{
    bool more = r->link == LINK_UP && r->look.more && !r->claims.stopping;
    return r->claims.n_waiting + r->claims.n_owed + more;
}

/* --- the beginning and the end --- */

static void on_aside(void *ctx, const struct claim *c, bool doubt)
{
    struct replies *r = ctx;
    struct span id = c->bad ? (struct span){NULL, 0} : json_find(buf_as_span(&c->action), "requestId");
    if (doubt)
        complain("put request %.*s aside: an earlier ring may have sent it; look before it is sent again",
                 id.p ? (int)id.n : 1, id.p ? id.p : "?");
    else
        complain("put an action aside: %s", c->bad);
    filter_fail(r->f, doubt ? EX_TEMPFAIL : EX_DATAERR);
}

static bool listen_all(struct replies *r)
{
    struct bus *b = r->pool->bus;
    r->listeners[0] = bus_listen(b, buf_cstr(&r->me), on_question, r);
    r->listeners[1] = bus_listen(b, buf_cstr(&r->out), on_wake, r);
    r->listeners[2] = bus_listen(b, buf_cstr(&r->now), on_now, r);
    return r->listeners[0] && r->listeners[1] && r->listeners[2] && bus_flush(b);
}

static void name_subjects(struct replies *r, const struct link_name *link)
{
    const struct span gateway = buf_as_span(&link->token), none = {NULL, 0};
    bus_inbox(r->pool->bus, &r->me);
    pool_subject(&r->out, r->pool, "out", gateway, none);
    pool_subject(&r->sent, r->pool, "sent", gateway, none);
    pool_subject(&r->now, r->pool, "now", gateway, none);
    pool_subject(&r->aside, r->pool, "dead", gateway, span_of("sent"));
    pool_subject(&r->bad, r->pool, "dead", gateway, span_of("bad"));
}

struct replies *replies_open(struct pool *p, struct filter *f, const struct link_name *link,
                             const struct replies_options *o, int *status, struct buf *why)
{
    struct replies *r = xcalloc(1, sizeof *r);
    r->pool = p;
    r->f = f;
    r->link = sig_ring() ? LINK_NONE : LINK_UP;
    name_subjects(r, link);
    r->untold.bus = p->bus;
    r->claims = (struct claims){.pool = p, .me = buf_cstr(&r->me), .out = buf_cstr(&r->out)};
    r->claims.sent = buf_cstr(&r->sent);
    r->claims.aside = buf_cstr(&r->aside);
    r->claims.bad = buf_cstr(&r->bad);
    r->claims.resend = o->resend;
    r->claims.put_aside = on_aside;
    r->claims.ctx = r;
    r->claims.ask = claim_ask;
    r->claims.untold = &r->untold;
    r->claims.until = INT64_MAX;
    r->marks = (struct marks){.claims = &r->claims, .max = f->in.max};
    r->look = (struct look){.claims = &r->claims, .max = f->in.max};
    look_wake(&r->look);
    r->emit = (struct emit){.f = f, .claims = &r->claims, .untold = &r->untold, .max = f->in.max};
    if (listen_all(r))
        return r;
    buf_str(why, "cannot listen to the engine");
    *status = EX_UNAVAILABLE;
    replies_close(r);
    return NULL;
}

void replies_close(struct replies *r)
{
    for (size_t i = 0; i < sizeof r->listeners / sizeof *r->listeners; i++)
        bus_unlisten(r->pool->bus, r->listeners[i]);
    look_stop(&r->look);
    marks_stop(&r->marks);
    emit_free(&r->emit);
    claims_free(&r->claims);
    untold_free(&r->untold);
    struct buf *all[] = {&r->me, &r->out, &r->sent, &r->aside, &r->bad, &r->now};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
    free(r);
}
