/* SPDX-License-Identifier: MIT */
/* Actions of workers enter the ring, and their results leave it. */
#include "queue/emit.h"
#include "base/crash.h"
#include "base/diag.h"
#include "base/table.h"
#include "queue/outgoing.h"
#include "relay/result.h"

enum { ID_SHOWN = 100 /* bytes */ };

/* What the worker of an action is told that was sent before, for an earlier run of the same message. */
static const char *const repeated[] = {
    [HANDED_GOOD] = "{\"success\":true}",
    [HANDED_REFUSED] = "{\"success\":false,\"error\":\"sent before, and refused\"}",
    [HANDED_UNKNOWN] = "{\"success\":false,\"error\":\"sent before, without a result\",\"ambiguous\":true}",
};

/* Whether the id was emitted before: then its worker hears what became of it, or will. */
static bool is_repeated(struct emit *e, struct claim *c, const struct buf *id)
{
    struct handed_id *q = handed_find(&e->handed, buf_as_span(id));
    if (!q)
        return false;
    warn("leave out request %.*s: one with its requestId was sent before",
         (int)(id->len < ID_SHOWN ? id->len : ID_SHOWN), id->p);
    if (handed_state(q) == HANDED_OPEN && c->reply.len) {
        struct claim *first = handed_owner(q);
        first->reply.len = 0;
        buf_span(&first->reply, buf_as_span(&c->reply));
    } else if (handed_state(q) != HANDED_OPEN) {
        untold_make(e->untold, &c->reply, buf_as_span(&c->action), repeated[handed_state(q)]);
    }
    return true;
}

static void emit_line(struct emit *e, const struct outgoing *o)
{
    filter_emit(e->f, buf_as_span(&o->line));
    e->emitted = true;
    crash_here("emitted");
}

static void emit_claim(struct emit *e, struct claim *c, struct outgoing *o)
{
    if (e->claims->ended) { /* no result would come */
        claim_happens(c, CLAIM_UNSENT, 0);
        return;
    }
    outgoing_read(o, buf_as_span(&c->action), true, e->max);
    bool owes = o->kind == OUTGOING_OWES || o->kind == OUTGOING_ONE;
    bool again = owes && is_repeated(e, c, &o->id);
    if (owes && !again) {
        c->one = o->kind == OUTGOING_ONE;
        c->handed = handed_open(&e->handed, buf_as_span(&o->id), c);
    }
    if (o->kind != OUTGOING_BAD && !again)
        emit_line(e, o);
    claim_happens(c, owes && !again ? CLAIM_SENT : CLAIM_MUTE, 0);
}

void emit_ready(struct emit *e)
{
    struct outgoing o = {0};
    struct claim *c, *next;
    DL_FOREACH_SAFE (e->claims->waiting, c, next) {
        if (c->state == CLAIM_READY)
            emit_claim(e, c, &o);
        else if (claim_leads(c->state))
            break;
    }
    outgoing_free(&o);
}

void emit_quick(struct emit *e, struct span data)
{
    struct outgoing o = {0};
    outgoing_read(&o, data, false, e->max);
    if (o.kind == OUTGOING_BAD) {
        complain("leave out an action that is not stored: %s", o.why);
        filter_fail(e->f, EX_DATAERR);
    } else {
        emit_line(e, &o);
    }
    outgoing_free(&o);
}

static enum handed_state state_of(const struct result *r)
{
    return r->success ? HANDED_GOOD : r->ambiguous ? HANDED_UNKNOWN : HANDED_REFUSED;
}

/* protocol §3: a result that says that the request was never sent. */
static bool is_unsent(const struct result *r, const struct frame *fr)
{
    return json_is_true(frame_get(fr, "synthetic")) && !r->success && !r->ambiguous &&
           (json_eq(r->error, "relay transport not connected") ||
            json_eq(r->error, "relay transport closed"));
}

static void take_result(struct emit *e, struct handed_id *q, const struct result *r, const struct frame *fr)
{
    struct claim *c = handed_owner(q);
    bool last = c->one ? !result_repeats(r) : result_is_last(r);
    if (last && !c->heard && is_unsent(r, fr)) {
        handed_drop(&e->handed, q);
        claim_happens(c, CLAIM_UNSENT, 0);
        return;
    }
    c->heard = true;
    untold_tell(e->untold, &c->reply, fr->line);
    if (!last)
        return;
    handed_close(&e->handed, q, state_of(r));
    claim_happens(c, CLAIM_TOLD, 0);
}

void emit_result(struct emit *e, const struct frame *fr)
{
    struct result r;
    struct buf id = {0};
    result_read(&r, fr);
    if (!json_is_string(r.id))
        return;
    json_decode(&id, r.id);
    struct handed_id *q = handed_find_result(&e->handed, buf_as_span(&id));
    buf_free(&id);
    if (!q || handed_state(q) != HANDED_OPEN)
        return;
    crash_here("result");
    take_result(e, q, &r, fr);
}

void emit_free(struct emit *e)
{
    handed_free(&e->handed);
}
