/* SPDX-License-Identifier: MIT */
/* Emphasis in CommonMark. */
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#include "send/breaks.h"
#include "send/emphasis.h"

enum beside { WHITE, PUNCTUATION, LETTER };

static enum beside kind_of(uint32_t c)
{
    if (c <= ' ' || uc_is_property_white_space(c))
        return WHITE;
    if (c < 0x80 ? strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", (int)c) != NULL
                 : uc_is_general_category_withtable(c, UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S))
        return PUNCTUATION;
    return LETTER;
}

static enum beside before(struct span text, size_t i, size_t from)
{
    uint32_t c;
    if (i == from)
        return WHITE;
    size_t k = i - 1;
    while (k > from && ((unsigned char)text.p[k] & 0xc0) == 0x80)
        k--;
    code_point_at(text, k, &c);
    return kind_of(c);
}

static enum beside after(struct span text, size_t i, size_t to)
{
    uint32_t c;
    if (i >= to)
        return WHITE;
    code_point_at(text, i, &c);
    return kind_of(c);
}

size_t runs_take(struct runs *r, struct span text, size_t i, size_t to)
{
    size_t end = i;
    char c = text.p[i];
    while (end < to && text.p[end] == c)
        end++;
    enum beside left = before(text, i, r->from), right = after(text, end, to);
    bool opens = right == LETTER || (right == PUNCTUATION && left != LETTER);
    bool closes = left == LETTER || (left == PUNCTUATION && right != LETTER);
    struct run run = {(uint32_t)i, (uint32_t)(end - i), (uint32_t)(end - i), c, opens, closes};
    if (c == '_') {
        run.opens = opens && (!closes || left == PUNCTUATION);
        run.closes = closes && (!opens || right == PUNCTUATION);
    }
    if (r->n == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 32;
        r->v = xrealloc(r->v, r->cap * sizeof *r->v);
    }
    r->v[r->n++] = run;
    return end;
}

static bool pairs(const struct run *o, const struct run *c)
{
    bool odd = (o->closes || c->opens) && (o->whole + c->whole) % 3 == 0 &&
               !(o->whole % 3 == 0 && c->whole % 3 == 0);
    return o->c == c->c && o->opens && !odd;
}

/* Removes the marks of one pair from both runs. */
static void pair(struct marks *m, struct run *o, struct run *c)
{
    uint32_t n = o->n >= 2 && c->n >= 2 ? 2 : 1;
    struct mark mark = {o->at + o->n - n, o->at + o->n, c->at, c->at + n, .mends = true};
    marks_add(m, &mark);
    o->n -= n;
    c->at += n;
    c->n -= n;
}

/* For each kind of closing run, the index below which no opening run is left to be tried. */
struct bottom {
    size_t v[12];
};

static void sink(struct bottom *b, size_t open)
{
    for (size_t i = 0; i < sizeof b->v / sizeof *b->v; i++)
        if (b->v[i] > open)
            b->v[i] = open;
}

/* The last open run that the closing one may be paired with, counted from 1; 0: none. */
static size_t partner(const struct runs *r, size_t open, size_t least, const struct run *c)
{
    while (open > least && !pairs(&r->v[r->open[open - 1]], c))
        open--;
    return open > least ? open : 0;
}

void runs_pair(struct runs *r, struct marks *m, size_t first)
{
    struct bottom bottom = {{0}};
    size_t open = 0;
    if (r->open_cap < r->n) {
        r->open_cap = r->cap;
        r->open = xrealloc(r->open, r->open_cap * sizeof *r->open);
    }
    for (size_t i = first; i < r->n; i++) {
        struct run *c = &r->v[i];
        size_t *least = &bottom.v[(c->c == '_') * 6U + c->opens * 3U + c->whole % 3];
        for (size_t k; c->closes && c->n && (k = partner(r, open, *least, c)) != 0;) {
            struct run *o = &r->v[r->open[k - 1]];
            pair(m, o, c);
            open = o->n ? k : k - 1;
            sink(&bottom, open);
        }
        if (c->closes && c->n)
            *least = open;
        if (c->n && c->opens)
            r->open[open++] = i;
    }
    r->n = first;
}

void runs_free(struct runs *r)
{
    free(r->v);
    free(r->open);
    *r = (struct runs){0};
}
