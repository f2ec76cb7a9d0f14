/* SPDX-License-Identifier: MIT */
/* The constructs of a paragraph in CommonMark (spec 0.31, 6): code, links, emphasis. Spoilers and ~~ are not
 * part of it, but are kept whole if possible. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#include "base/text.h"
#include "send/breaks.h"
#include "send/emphasis.h"
#include "send/marks.h"

enum { BRACKETS = 32 }; /* most [ open at a time */

struct reader {
    struct span text;
    size_t to;
    struct marks *m;
    struct ticks ticks;
    struct runs runs;
    struct bracket {
        size_t at, runs; /* runs: the number of runs before it */
        bool image, off; /* off: a link cannot hold another */
    } open[BRACKETS];
    size_t brackets, more; /* more: the number of [ beyond BRACKETS */
    size_t pair[2];        /* where ~~ and || were opened; 0: they were not */
};

static void add(struct reader *r, size_t from, size_t in, size_t out, size_t to, bool mends)
{
    struct mark mark = {(uint32_t)from, (uint32_t)in, (uint32_t)out, (uint32_t)to, .mends = mends};
    marks_add(r->m, &mark);
}

static size_t take_code(struct reader *r, size_t i)
{
    size_t end = ticks_end(r->text, i, r->to), n = end - i,
           out = ticks_find(&r->ticks, r->text, end, r->to, n);
    if (out == SIZE_MAX)
        return end;
    add(r, i, end, out, out + n, true);
    return out + n;
}

/* <…>: an address or a tag. */
static size_t take_angle(struct reader *r, size_t i)
{
    size_t k = i + 1;
    if (k == r->to ||
        !(isalpha((unsigned char)r->text.p[k]) || strchr("/!?", r->text.p[k] ? r->text.p[k] : ' ')))
        return k;
    while (k < r->to && !strchr("<>\n", r->text.p[k] ? r->text.p[k] : ' '))
        k++;
    if (k == r->to || r->text.p[k] != '>')
        return i + 1;
    add(r, i, i, k + 1, k + 1, false);
    return k + 1;
}

static void open_bracket(struct reader *r, size_t i, bool image)
{
    if (r->brackets == BRACKETS)
        r->more++;
    else
        r->open[r->brackets++] = (struct bracket){i, r->runs.n, image, false};
}

static size_t close_bracket(struct reader *r, size_t i)
{
    if (r->more) {
        r->more--;
        return i + 1;
    }
    if (!r->brackets)
        return i + 1;
    struct bracket b = r->open[--r->brackets];
    bool may = !b.off && i + 1 < r->to && r->text.p[i + 1] == '(';
    size_t end = may ? link_end(r->text, i + 1, r->to) : i + 1;
    if (end == i + 1)
        return end;
    add(r, b.at, b.at + (b.image ? 2 : 1), i, end, true);
    runs_pair(&r->runs, r->m, b.runs);
    for (size_t k = 0; k < r->brackets && !b.image; k++)
        r->open[k].off = !r->open[k].image;
    return end;
}

/* ~~ or ||: the second one closes the first. */
static size_t take_pair(struct reader *r, size_t i)
{
    size_t *open = &r->pair[r->text.p[i] == '|'];
    if (i + 1 == r->to || r->text.p[i + 1] != r->text.p[i])
        return i + 1;
    if (*open)
        add(r, *open - 1, *open + 1, i, i + 2, false);
    *open = *open ? 0 : i + 1;
    return i + 2;
}

static size_t step(struct reader *r, size_t i)
{
    char next = i + 1 < r->to ? r->text.p[i + 1] : '\0';
    switch (r->text.p[i]) {
    case '\\':
        return ispunct((unsigned char)next) ? i + 2 : i + 1;
    case '`':
        return take_code(r, i);
    case '<':
        return take_angle(r, i);
    case '!':
        if (next == '[')
            open_bracket(r, i, true);
        return next == '[' ? i + 2 : i + 1;
    case '[':
        open_bracket(r, i, false);
        return i + 1;
    case ']':
        return close_bracket(r, i);
    case '~':
    case '|':
        return take_pair(r, i);
    case '*':
    case '_':
        return runs_take(&r->runs, r->text, i, r->to);
    default:
        return i + 1;
    }
}

void inline_marks(struct marks *m, struct span text, size_t from, size_t to)
{
    struct reader r = {.text = text, .to = to, .m = m};
    size_t first = m->n;
    r.runs.from = from;
    for (size_t i = from; i < to;)
        i = step(&r, i);
    runs_pair(&r.runs, m, 0);
    runs_free(&r.runs);
    marks_sort(m, first);
}
