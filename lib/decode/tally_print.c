/* SPDX-License-Identifier: MIT */
/* Printing the summary of many frames. */
#include "base/width.h"
#include "decode/parts.h"
#include "decode/tally.h"

/* Appends an escaped name, padded to its column. */
static void add_name(struct buf *out, const char *name)
{
    size_t from = out->len;
    part_cut(out, span_of(name), TALLY_NAME - 2);
    for (size_t n = text_width(out->p + from, out->len - from); n < TALLY_NAME - 2; n++)
        buf_ch(out, ' ');
}

/* Appends text in a column of that width, at its right end. */
static void add_right(struct buf *out, const struct buf *text, size_t width)
{
    for (size_t n = text->len; n < width; n++)
        buf_ch(out, ' ');
    buf_add(out, text->p, text->len);
}

static void add_count(struct buf *out, uint64_t n, size_t width)
{
    struct buf b = {0};
    if (n)
        buf_printf(&b, "%llu", (unsigned long long)n);
    else
        buf_ch(&b, '-');
    add_right(out, &b, width);
    buf_free(&b);
}

static void add_took(struct buf *out, const struct quantile *q, int64_t us)
{
    struct buf b = {0};
    if (q->count)
        part_time(&b, us);
    else
        buf_ch(&b, '-');
    add_right(out, &b, 9);
    buf_free(&b);
}

static void print_span(const struct tally *t, struct buf *out)
{
    buf_printf(out, "frames %llu", (unsigned long long)t->frames);
    if (!t->first)
        return;
    buf_str(out, ", ");
    part_date(out, t->first);
    buf_ch(out, ' ');
    part_clock(out, t->first);
    buf_str(out, " to ");
    if (view_day(t->last) != view_day(t->first)) {
        part_date(out, t->last);
        buf_ch(out, ' ');
    }
    part_clock(out, t->last);
}

static void print_types(const struct tally *t, struct buf *out)
{
    buf_printf(out, "\n\n%-22s%9s%9s%9s", "type", "up", "down", "local");
    for (size_t i = 0; i <= TALLY_ROWS; i++) {
        if (!*t->types[i].name)
            continue;
        buf_ch(out, '\n');
        add_name(out, t->types[i].name);
        add_count(out, t->types[i].n[FRAME_UP], 9);
        add_count(out, t->types[i].n[FRAME_DOWN], 9);
        add_count(out, t->types[i].n[FRAME_LOCAL] + t->types[i].n[FRAME_UNKNOWN], 9);
    }
}

static void print_ops(const struct tally *t, struct buf *out)
{
    if (t->ops[0])
        buf_printf(out, "\n\n%-18s%6s%7s%7s%10s%9s%9s%9s", "op", "asked", "ok", "failed", "ambiguous", "p50",
                   "p99", "slowest");
    for (size_t i = 0; i <= TALLY_ROWS && t->ops[i]; i++) {
        const struct tally_op *o = t->ops[i];
        size_t from = (buf_ch(out, '\n'), out->len);
        add_name(out, o->name);
        out->len = from + 18 < out->len && out->p[from + 18] == ' ' ? from + 18 : out->len;
        add_count(out, o->asked, 6);
        add_count(out, o->outcome[OUTCOME_SUCCESS], 7);
        add_count(out, o->outcome[OUTCOME_FAILURE], 7);
        add_count(out, o->outcome[OUTCOME_AMBIGUOUS], 10);
        add_took(out, &o->took, quantile_at(&o->took, 50));
        add_took(out, &o->took, quantile_at(&o->took, 99));
        add_took(out, &o->took, o->took.most);
    }
}

static void print_slowest(const struct tally *t, struct buf *out)
{
    struct buf b = {0};
    if (t->slowest[0].us)
        buf_str(out, "\n\nslowest");
    for (size_t i = 0; i < TALLY_SLOWEST && t->slowest[i].us; i++) {
        part_time(&b, t->slowest[i].us);
        buf_ch(out, '\n');
        add_right(out, &b, 9);
        buf_printf(out, "  %s", t->slowest[i].about);
        b.len = 0;
    }
    buf_free(&b);
}

/* What has had no answer: of deliveries (their acks), or of everything else. */
static void print_owed(struct buf *out, const struct asked_table *owed, const char *title, bool deliveries)
{
    uint64_t n = 0;
    const struct asked *a;
    for (a = NULL; (a = asked_next(owed, a));)
        n += (a->type == FRAME_INBOUND) == deliveries;
    buf_printf(out, "\n\n%s %llu", title, (unsigned long long)n);
    n = 0;
    for (a = NULL; (a = asked_next(owed, a));) {
        if ((a->type == FRAME_INBOUND) != deliveries || n++ >= TALLY_SLOWEST)
            continue;
        buf_str(out, "\n  ");
        part_asked(out, a);
        buf_str(out, a->us >= 0 ? " since " : "");
        if (a->us >= 0)
            part_clock(out, a->us);
    }
    if (n > TALLY_SLOWEST)
        buf_str(out, "\n  …");
}

void tally_print(const struct tally *t, struct buf *out, const struct asked_table *owed)
{
    print_span(t, out);
    print_types(t, out);
    print_ops(t, out);
    print_slowest(t, out);
    print_owed(out, owed, "owed", false);
    print_owed(out, owed, "unacked", true);
    if (owed->forgotten)
        buf_printf(out, "\n\n%llu older than the last %d that wait for an answer are not followed",
                   (unsigned long long)owed->forgotten, ASKED_MOST);
}
