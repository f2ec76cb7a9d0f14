/* SPDX-License-Identifier: MIT */
/* What an operator changes in the inbox while relay-run has it. */
#include "base/diag.h"
#include "run/recover.h"

struct wished {
    int64_t id;
    enum turn_state was;
    enum store_wish wish;
    struct store_move move;
    struct buf session;
};

static bool note_wish(void *ctx, const struct store_turn *row)
{
    struct wished w = {.id = row->id, .was = row->state, .wish = row->wish};
    buf_span(&w.session, row->session);
    buf_add(ctx, &w, sizeof w);
    return true;
}

static struct worker *worker_of(const struct runner *r, int64_t row)
{
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn && r->workers[i].turn->row == row)
            return &r->workers[i];
    return NULL;
}

/* The drop of a message that runs is an interrupt of its turn, whose end takes the wish away. */
static bool apply(const struct runner *r, struct wished *w)
{
    struct store *s = r->durable->journal.store;
    w->move = (struct store_move){.id = w->id, .event = w->wish == WISH_DROP ? EVENT_DROP : EVENT_RETRY};
    if (w->wish == WISH_DROP)
        w->move.reason = span_of("dropped");
    if (w->was == TURN_RUNNING && w->wish == WISH_DROP && worker_of(r, w->id))
        return true;
    return store_move(s, &w->move) && (w->move.moved || store_set_wish(s, w->id, WISH_NONE));
}

static void follow(struct runner *r, struct wished *w)
{
    struct span key = buf_as_span(&w->session);
    struct durable *d = r->durable;
    struct worker *worker = w->wish == WISH_DROP ? worker_of(r, w->id) : NULL;
    bool waited = w->was == TURN_WAITING || w->was == TURN_RETRYING;
    if (!w->move.moved && worker)
        worker_interrupt(worker);
    if (!w->move.moved)
        return;
    d->dead -= w->was == TURN_DEAD;
    if (w->wish == WISH_DROP && waited) {
        d->stored--;
        turn_free(inbox_pull(&r->inbox, key, w->id));
    } else if (w->wish == WISH_RETRY && waited) {
        inbox_hurry(&r->inbox, key, w->id);
    } else if (w->wish == WISH_RETRY) {
        d->stored++;
        inbox_deepen(&r->inbox, key);
    }
}

bool recover_wishes(struct runner *r)
{
    struct store *s = r->durable->journal.store;
    struct store_query q = {.wished = true};
    struct buf list = {0};
    bool good = store_begin(s) && store_find(s, &q, note_wish, &list);
    struct wished *w = (struct wished *)(void *)list.p;
    size_t n = list.len / sizeof *w;
    for (size_t i = 0; good && i < n; i++)
        good = apply(r, &w[i]);
    good = good && store_commit(s);
    for (size_t i = 0; i < n; i++) {
        if (good)
            follow(r, &w[i]);
        buf_free(&w[i].session);
    }
    buf_free(&list);
    return good;
}
