/* SPDX-License-Identifier: MIT */
/* A text that is shown while it grows. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "send/growing.h"

enum { SHORTEN_MOST = 64 }; /* most times a text is shortened to make room for the mark */

/* A message in the chat. */
struct shown {
    struct buf id;
    struct buf text; /* what it shows, as far as it is known */
    struct buf want; /* what it is to show; empty: that */
    size_t end;      /* the offset at which that text ends in the whole text */
    size_t want_end; /* … and the other */
    bool sure;       /* it is known what it shows */
    bool fixed;      /* it cannot be edited */
    bool lost;       /* … and it may not be there */
};

struct growing {
    struct growing_rule rule;
    struct buf text;
    enum layout_end end;
    struct layout layout; /* of that text, up to `part` */
    bool laid;            /* `layout` and `want` are up to date */
    struct shown *v;      /* the messages */
    size_t n, behind;     /* those before `behind` show what they are to */
    struct buf part;      /* the next message; empty: not made */
    size_t part_end;
    bool under_way, edit; /* a request, and its kind */
    size_t at;            /* … the message that it makes or edits */
    struct buf content;   /* … and what that then shows */
    size_t content_end;
    unsigned long number;
    bool again; /* the next request keeps the number */
    int tries;  /* requests in a row that did not come to an end */
    int64_t later;

    bool held;    /* nothing more is shown before the text is whole */
    bool stopped; /* nothing more is sent: the last message gets the mark */
    bool doubt, refused, over;
};

struct growing *growing_new(const struct growing_rule *r)
{
    struct growing *g = xcalloc(1, sizeof *g);
    g->rule = *r;
    return g;
}

void growing_free(struct growing *g)
{
    for (size_t i = 0; i < g->n; i++) {
        buf_free(&g->v[i].id);
        buf_free(&g->v[i].text);
        buf_free(&g->v[i].want);
    }
    free(g->v);
    buf_free(&g->text);
    buf_free(&g->part);
    buf_free(&g->content);
    layout_free(&g->layout);
    free(g);
}

void growing_text(struct growing *g, struct span text, enum layout_end end)
{
    struct span t = text_trim(text);
    growing_end(g, end);
    if (g->stopped)
        return;
    g->text.len = 0;
    buf_add(&g->text, text.p, (size_t)(t.p - text.p) + t.n);
}

void growing_end(struct growing *g, enum layout_end end)
{
    g->end = end;
    g->laid = false;
    g->part.len = 0;
}

/* ---- what is to be shown ---- */

static void lay_out(struct growing *g)
{
    struct layout *l = &g->layout;
    layout_begin(l, buf_as_span(&g->text), &g->rule.split, g->stopped ? LAYOUT_CUT : g->end, !g->rule.edits);
    for (size_t i = 0; i < g->n; i++) {
        struct shown *m = &g->v[i];
        m->want.len = 0;
        size_t to = m->fixed || i + 1 < g->n ? m->end : 0;
        layout_next(l, to, &m->want, &m->want_end);
        if (m->lost)
            layout_gap(l);
    }
}

/* Makes the last message end with the mark, which may take the place of some more text. */
static void lay_out_mark(struct growing *g)
{
    lay_out(g);
    for (int n = 0; n < SHORTEN_MOST && !layout_done(&g->layout); n++) {
        layout_shorten(&g->text);
        lay_out(g);
    }
    if (!layout_done(&g->layout))
        g->v[g->n - 1].fixed = true;
}

static void prepare(struct growing *g)
{
    if (g->laid)
        return;
    if (!g->stopped)
        lay_out(g);
    else if (g->n && !g->v[g->n - 1].fixed)
        lay_out_mark(g);
    g->laid = true;
    g->behind = g->stopped && g->n ? g->n - 1 : 0;
}

static bool is_behind(const struct growing *g, const struct shown *m)
{
    if (m->fixed || !m->want.len || (m->sure && span_same(buf_as_span(&m->want), buf_as_span(&m->text))))
        return false;
    const struct split_rule *r = &g->rule.split; /* what mends the end of an earlier message may not fit */
    return m->want.len <= r->max || split_length(r, buf_as_span(&m->want)) <= r->max;
}

static bool has_part(struct growing *g)
{
    return g->part.len || layout_next(&g->layout, 0, &g->part, &g->part_end);
}

static bool make(struct growing *g, size_t at, bool edit, struct growing_request *r)
{
    struct buf *from = edit ? &g->v[at].want : &g->part;
    g->content.len = 0;
    buf_span(&g->content, buf_as_span(from));
    g->content_end = edit ? g->v[at].want_end : g->part_end;
    g->number += !g->again;
    g->under_way = true;
    g->again = false;
    g->edit = edit;
    g->at = at;
    *r = (struct growing_request){edit,      !at && !edit,           g->stopped || g->end != LAYOUT_GROWS,
                                  g->number, growing_message(g, at), buf_as_span(&g->content)};
    return true;
}

static bool is_held(const struct growing *g)
{
    return g->held && g->end == LAYOUT_GROWS && !g->stopped;
}

bool growing_next(struct growing *g, int64_t now, struct growing_request *r)
{
    bool grows = g->end == LAYOUT_GROWS;
    if (g->under_way || g->over || now < g->later || is_held(g))
        return false;
    g->later = 0;
    if ((g->over = g->end == LAYOUT_CUT && !g->n))
        return false;
    prepare(g);
    for (; g->behind < g->n; g->behind++)
        if (is_behind(g, &g->v[g->behind]))
            return make(g, g->behind, true, r);
    if (!g->stopped && has_part(g))
        return make(g, g->n, false, r);
    g->over = !grows;
    return false;
}

/* ---- results ---- */

/* Gives up: only the mark is still to be shown. */
static void stop(struct growing *g)
{
    struct shown *last = g->n ? &g->v[g->n - 1] : NULL;
    g->refused = true;
    if (last && (g->stopped || !last->sure))
        last->fixed = true;
    if (g->stopped)
        return;
    g->stopped = true;
    growing_end(g, g->end);
    if (last)
        g->text.len = last->end;
}

static void hold(struct growing *g)
{
    g->held = true;
    growing_end(g, g->end);
}

/* The message cannot be edited any more. */
static void fix(struct growing *g, struct shown *m)
{
    m->fixed = true;
    m->lost = !m->sure && m == &g->v[g->n - 1];
    g->doubt |= !m->sure;
    hold(g);
}

static void settle_edit(struct growing *g, enum growing_result r)
{
    struct shown *m = &g->v[g->at];
    if (r == GROWING_DECLINED || (g->stopped && r != GROWING_GOOD)) {
        stop(g);
        return;
    }
    if (r == GROWING_BAD) {
        hold(g);
        if (g->end != LAYOUT_GROWS)
            fix(g, m);
        return;
    }
    m->sure = r == GROWING_GOOD;
    m->end = m->sure || g->content_end > m->end ? g->content_end : m->end;
    m->text.len = 0;
    buf_span(&m->text, buf_as_span(&g->content));
    if (!m->sure && g->tries > GROWING_TRIES)
        fix(g, m);
}

static void add_message(struct growing *g, enum growing_result r, struct span id)
{
    g->v = xrealloc(g->v, (g->n + 1) * sizeof *g->v);
    struct shown *m = &g->v[g->n++];
    *m = (struct shown){.end = g->content_end, .want_end = g->content_end, .sure = r == GROWING_GOOD};
    buf_span(&m->id, id);
    buf_span(&m->text, buf_as_span(&g->content));
    buf_span(&m->want, buf_as_span(&g->content));
    g->part.len = 0;
    m->fixed = !id.n || !g->rule.edits;
    g->held |= m->fixed && g->rule.edits;
    if (!m->sure)
        fix(g, m);
}

static void settle_send(struct growing *g, enum growing_result r, struct span id)
{
    if (r <= GROWING_UNSURE)
        add_message(g, r, id);
    else if (r == GROWING_DECLINED || g->end != LAYOUT_GROWS)
        stop(g);
    else
        hold(g);
}

void growing_settle(struct growing *g, enum growing_result r, struct span message, int64_t at)
{
    if (!g->under_way)
        return;
    g->under_way = false;
    g->tries = r == GROWING_LATER || r == GROWING_UNSURE ? g->tries + 1 : 0;
    if (r == GROWING_LATER && g->tries <= GROWING_TRIES) {
        g->later = at;
        g->again = true;
        return;
    }
    if (r == GROWING_LATER)
        r = GROWING_BAD;
    if (g->edit)
        settle_edit(g, r);
    else
        settle_send(g, r, message);
}

enum growing_state growing_state(const struct growing *g)
{
    if (!g->over)
        return GROWING_ON;
    if (g->refused)
        return GROWING_REFUSED;
    if (!g->n)
        return GROWING_NOTHING;
    return g->doubt ? GROWING_DOUBT : GROWING_SHOWN;
}

unsigned long growing_waits(const struct growing *g)
{
    return g->under_way ? g->number : 0;
}

int64_t growing_due(const struct growing *g)
{
    return g->later && !g->under_way && !is_held(g) ? g->later : INT64_MAX;
}

struct span growing_message(const struct growing *g, size_t i)
{
    return i < g->n ? (struct span){g->v[i].id.p ? g->v[i].id.p : "", g->v[i].id.len}
                    : (struct span){NULL, 0};
}
