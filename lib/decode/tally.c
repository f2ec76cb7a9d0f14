/* SPDX-License-Identifier: MIT */
/* Counting frames for a summary. */
#include <stdlib.h>
#include <string.h>

#include "decode/parts.h"
#include "decode/tally.h"

static const char other[] = "(other)";

/* Whether the row is free or has that name; a free one gets it. */
static bool is_row(char name[TALLY_NAME], struct span text)
{
    struct span cut = {text.p, text.n < TALLY_NAME - 1 ? text.n : TALLY_NAME - 1};
    if (!*name && cut.n)
        memcpy(name, cut.p, cut.n);
    return span_eq(cut, name);
}

static void count_type(struct tally *t, struct span type, enum frame_dir dir)
{
    size_t i = 0;
    while (i < TALLY_ROWS && !is_row(t->types[i].name, type))
        i++;
    if (i == TALLY_ROWS)
        memcpy(t->types[i].name, other, sizeof other);
    t->types[i].n[dir]++;
}

static struct tally_op *op_named(struct tally *t, struct span op)
{
    size_t i = 0;
    for (;; i++) {
        if (!t->ops[i])
            t->ops[i] = xcalloc(1, sizeof *t->ops[i]);
        if (i == TALLY_ROWS || is_row(t->ops[i]->name, op))
            break;
    }
    if (i == TALLY_ROWS)
        memcpy(t->ops[i]->name, other, sizeof other);
    return t->ops[i];
}

/* Puts a request among the slowest if it is one of them. */
static void rank(struct tally *t, const struct asked *a, int64_t took)
{
    size_t i = TALLY_SLOWEST;
    while (i && took > t->slowest[i - 1].us)
        i--;
    if (i == TALLY_SLOWEST)
        return;
    memmove(&t->slowest[i + 1], &t->slowest[i], (TALLY_SLOWEST - 1 - i) * sizeof t->slowest[i]);
    t->scratch.len = 0;
    part_asked(&t->scratch, a);
    size_t n = t->scratch.len < TALLY_ABOUT - 1 ? t->scratch.len : TALLY_ABOUT - 1;
    memcpy(t->slowest[i].about, t->scratch.p, n);
    t->slowest[i].about[n] = 0;
    t->slowest[i].us = took;
}

/* The op that a frame asks for; empty if it asks for none. */
static struct span asks(const struct frame *f, const struct summary *s)
{
    if (f->type == FRAME_OUTBOUND)
        return s->kind;
    return f->type == FRAME_HELLO || f->type == FRAME_GOING_IDLE ? s->type : (struct span){"", 0};
}

void tally_frame(struct tally *t, const struct frame *f, const struct summary *s, enum frame_dir dir,
                 int64_t us, const struct asked *a, int64_t took)
{
    struct span op = asks(f, s);
    t->frames++;
    if (us >= 0) {
        t->first = t->first && t->first < us ? t->first : us;
        t->last = t->last > us ? t->last : us;
    }
    count_type(t, s->type, dir);
    if (op.n)
        op_named(t, op)->asked++;
    if (f->type == FRAME_OUTBOUND_RESULT && !a)
        op_named(t, span_of("(unknown)"))->outcome[s->outcome]++;
    if (!a || a->type == FRAME_INBOUND)
        return;
    struct tally_op *o = op_named(t, a->op);
    o->outcome[s->outcome == OUTCOME_NONE ? OUTCOME_SUCCESS : s->outcome]++;
    if (took < 0)
        return;
    quantile_add(&o->took, took);
    rank(t, a, took);
}

void tally_free(struct tally *t)
{
    for (size_t i = 0; i <= TALLY_ROWS; i++)
        free(t->ops[i]);
    buf_free(&t->scratch);
}
