/* SPDX-License-Identifier: MIT */
/* Splitting a text. */
#include <stdint.h>

#include "base/text.h"
#include "send/breaks.h"
#include "send/cut.h"
#include "send/lines.h"

bool split_possible(const struct split_rule *r, struct span text)
{
    return r->max > 1 || split_length(r, text) == text_chars(text.p, text.n);
}

/* Finds the constructs of the whole text; in CommonMark, those of each paragraph. */
static void find_marks(struct split *s)
{
    struct blocks b = {.dialect = s->rule.dialect};
    size_t from = 0, to = 0;
    if (!b.dialect->code || s->text.n > UINT32_MAX)
        return;
    if (!b.dialect->blocks) {
        flat_marks(&s->marks, &s->quotes, s->text, b.dialect);
        return;
    }
    for (size_t i = 0; i < s->text.n; i = line_end(s->text, i) + 1) {
        blocks_line(&b, s->text, i);
        bool inlines = b.kind == LINE_TEXT || b.kind == LINE_HEADING || b.kind == LINE_ROW;
        if (!b.goes_on || !inlines) {
            if (to > from)
                inline_marks(&s->marks, s->text, from, to);
            from = to = b.content;
        }
        if (inlines)
            to = line_end(s->text, i);
    }
    if (to > from)
        inline_marks(&s->marks, s->text, from, to);
}

void split_start(struct split *s, struct span text, const struct split_rule *r)
{
    s->rule = *r;
    s->text = text;
    s->at = s->end = s->parts = s->keep = s->later = s->marks.n = s->quotes.n = 0;
    s->open = (struct open){0};
    s->blocks = (struct blocks){.dialect = r->dialect, .quotes = &s->quotes};
    s->before.len = s->after.len = s->before_length = 0;
    s->line_start = true;
    s->torn = false;
    find_marks(s);
    if (text.n)
        blocks_line(&s->blocks, text, 0);
}

/* Where the text goes on after a cut: white space is left out, except the indentation of a line. */
static size_t go_on(const struct split *s, const struct gap *g)
{
    struct blocks b = s->blocks;
    struct open open = s->open;
    if (!g->lines)
        return g->end;
    for (size_t line = s->at; (line = line_end(s->text, line) + 1) <= g->last_line && line < s->text.n;)
        blocks_line(&b, s->text, line);
    open_sync(&open, &s->marks, s->text, &s->rule, s->at);
    struct mend m = open_mend(&open, &s->rule, s->at, 0);
    bool code = line_mend(s, &b, s->keep, true).after != 0 || open_in_block(&open, &m);
    return code ? g->first_line : g->last_line;
}

/* Chooses where the next part ends; white space before it may be skipped. */
static struct cut choose(struct split *s)
{
    for (;;) {
        struct cut cut = cut_find(s);
        size_t lead = cut.lead - s->at;
        if (cut.last || !lead || (!cut.cluster && lead <= s->rule.max / 2))
            return cut;
        lines_skip(s, cut.lead); /* too much white space to keep */
        s->line_start = false;
    }
}

static void take(struct split *s, struct buf *part, const struct cut *cut)
{
    s->parts++;
    s->after.len = 0;
    s->torn = cut->cluster;
    buf_span(part, buf_as_span(&s->before));
    lines_write(s, part, cut->at);
    s->end = s->at;
    struct gap g = gap_at(s->text, s->at);
    if (cut->last) {
        s->at = s->text.n;
        return;
    }
    lines_cut(s, go_on(s, &g), g.lines > 0);
    buf_span(part, buf_as_span(&s->after));
}

bool split_next(struct split *s, struct buf *part)
{
    if (s->at == s->text.n && s->parts)
        return false;
    struct cut cut = choose(s);
    take(s, part, &cut);
    return true;
}

bool split_to(struct split *s, struct buf *part, size_t end)
{
    if (s->at == s->text.n && s->parts)
        return false;
    struct cut cut = choose(s);
    if (cut.at != end || cut.last)
        cut = (struct cut){.at = end > s->at ? end : s->at, .last = end >= s->text.n};
    take(s, part, &cut);
    return true;
}

void split_free(struct split *s)
{
    buf_free(&s->breaks);
    buf_free(&s->before);
    buf_free(&s->after);
    marks_free(&s->marks);
    marks_free(&s->quotes);
}
