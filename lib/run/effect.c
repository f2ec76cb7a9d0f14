/* SPDX-License-Identifier: MIT */
/* What follows from an entry of the journal. */
#include "run/effect.h"
#include "base/diag.h"
#include "base/table.h"
#include "run/ending.h"
#include "run/events.h"
#include "run/interrupt.h"

static void taken(struct runner *r, struct filter *f, struct entry *e)
{
    struct turn *t = e->turn;
    if (!e->id) {
        ending_skip(f, t);
        return;
    }
    t->row = e->id;
    ending_ack(f, t);
    buf_free(&t->ack);
    r->durable->stored++;
    if (!inbox_queue(&r->inbox, t))
        turn_free(t);
}

void effect_ambiguous(struct runner *r, struct filter *f, const struct turn *t)
{
    worker_report(&r->o, t, "its answer may have arrived or not: kept as ambiguous in %s", r->durable->path);
    filter_fail(f, EX_TEMPFAIL);
}

void effect_resend(struct runner *r, struct filter *f, struct turn *t, struct buf *action)
{
    struct request *q = NULL;
    const char *why = requests_add(&r->requests, t, action, &q);
    if (why)
        worker_report(&r->o, t, "send it again: %s", why);
    else
        filter_emit_buf(f, action);
    if (q)
        q->known = IS_KEPT;
}

void effect_answered(struct runner *r, struct turn *t)
{
    if (t->session)
        inbox_release(&r->inbox, t);
    if (!r->requests.wanted) {
        r->durable->unsettled++;
        turn_free(t);
        return;
    }
    buf_free(&t->line);
    t->event = t->source = t->session_key = t->bot = (struct span){NULL, 0};
    DL_APPEND(r->durable->answered, t);
}

static void moved(struct runner *r, struct entry *e)
{
    struct turn *t = e->turn;
    enum turn_state state = e->move.moved ? e->move.state : TURN_STATES;
    switch (state) {
    case TURN_ANSWERED:
        effect_answered(r, t);
        return;
    case TURN_WAITING:
    case TURN_RETRYING:
        r->durable->stored++;
        inbox_again(&r->inbox, t, e->id);
        return;
    case TURN_DEAD:
        r->durable->dead++;
        break;
    default:
        break;
    }
    inbox_handled(&r->inbox, t);
}

static void settled(struct runner *r, struct entry *e)
{
    if (!e->move.moved)
        return;
    DL_DELETE(r->durable->answered, e->turn);
    turn_free(e->turn);
}

static void interrupted(struct runner *r, struct filter *f, struct entry *e)
{
    size_t n = (size_t)e->id;
    struct turn *t;
    while ((t = inbox_pop(&r->inbox, &e->text))) {
        n += t->row ? 0 : inbox_deliveries(t);
        inbox_handled(&r->inbox, t);
    }
    r->durable->stored -= e->id;
    interrupt_tell(r, &e->text, e->content, n);
    if (e->turn)
        ending_pass(r, f, e->turn);
}

void effect_tell(void *ctx, const struct entry *e)
{
    const struct effects *x = ctx;
    if (e->move.state == TURN_AMBIGUOUS)
        effect_ambiguous(x->r, x->f, e->turn);
    else
        worker_report(&x->r->o, e->turn, "%.*s, kept in %s", (int)e->text.len, e->text.p,
                      x->r->durable->path);
}

void effect_written(void *ctx, struct entry *e)
{
    const struct effects *x = ctx;
    switch (e->kind) {
    case ENTRY_TAKE:
        taken(x->r, x->f, e);
        break;
    case ENTRY_ACTION:
        filter_emit_buf(x->f, &e->text);
        break;
    case ENTRY_MOVE:
        moved(x->r, e);
        break;
    case ENTRY_RESULT:
        settled(x->r, e);
        break;
    case ENTRY_INTERRUPT:
        interrupted(x->r, x->f, e);
        break;
    }
}
