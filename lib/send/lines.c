/* SPDX-License-Identifier: MIT */
/* The lines of a part. */
#include <string.h>

#include "send/lines.h"

enum {
    RAW_WIDTH = 3,  /* most columns by which a block of code may be indented */
    ROW_LEAST = 60, /* in shorter parts, a table's row is not mended */
};

struct margin line_margin(const struct blocks *b, size_t keep)
{
    struct margin m = {.to = b->from};
    size_t n = keep < b->matched ? keep : b->matched, quotes = 0, items = 0;
    if (b->lazy || b->kind == LINE_BLANK)
        return m;
    for (size_t k = 0; k < n; k++) {
        items += b->width[k] != 0 && b->width[k] != QUOTE_REST;
        quotes += !b->width[k];
    }
    if (items)
        m = (struct margin){b->edge[n].at, quotes, b->edge[n].spare};
    return m;
}

bool line_apart(const struct blocks *b, size_t keep)
{
    return b->sibling && keep > b->matched;
}

void line_keep(const struct blocks *b, size_t *keep, size_t *later)
{
    if (*later && b->kind != LINE_CODE && b->kind != LINE_CLOSES) {
        *keep = *later;
        *later = 0;
    }
    if (!b->lazy && *keep > b->matched)
        *keep = b->matched;
    if (!b->lazy && *later > b->matched)
        *later = b->matched;
}

bool line_in_code(const struct blocks *b, bool line_start)
{
    return b->fence.run && (b->kind == LINE_CODE || (line_start && b->kind == LINE_CLOSES));
}

size_t prefix_length(const struct blocks *b, size_t keep)
{
    size_t n = 0;
    for (size_t k = 0; k < b->depth; k++) {
        n += b->width[k] == QUOTE_REST ? 4 : b->width[k] ? 0 : 2;
        n += k >= keep && b->width[k] != QUOTE_REST ? b->width[k] : 0;
    }
    return n;
}

/* The length of a table's head on separate lines; 0: it takes too much of a part, so it is not repeated. */
static size_t head_length(const struct split *s, const struct blocks *b)
{
    if (b->kind != LINE_ROW || b->head.n / 4 > s->rule.max)
        return 0;
    size_t n = split_length(&s->rule, b->head) + 1 + 2 * prefix_length(b, b->depth);
    return n <= s->rule.max / 2 ? n : 0;
}

/* Whether a row that is cut inside is closed, and begun again after the table's head. */
static bool row_mends(const struct split *s, const struct blocks *b)
{
    return head_length(s, b) && s->rule.max >= ROW_LEAST;
}

struct mend line_mend(const struct split *s, const struct blocks *b, size_t keep, bool line_start)
{
    struct mend m = {0};
    if (!line_start && row_mends(s, b))
        return (struct mend){.before = head_length(s, b), .after = 2};
    if (!line_in_code(b, line_start) || b->fence.line.n / 4 > s->rule.max)
        return m;
    size_t prefix = prefix_length(b, keep);
    m.before = 2 * prefix + split_length(&s->rule, b->fence.line) + 1;
    m.after = prefix + split_length(&s->rule, b->fence.mark) + 1;
    if (m.before + m.after > s->rule.max / 2)
        m.before = m.after = 0;
    return m;
}

void lines_write(struct split *s, struct buf *out, size_t end)
{
    struct blocks *b = &s->blocks;
    size_t i = s->at;
    bool line_start = s->line_start;
    for (;;) {
        size_t next = line_end(s->text, i);
        if (line_start) {
            struct margin m = line_margin(b, s->keep);
            for (size_t n = m.quotes; n; n--)
                buf_str(out, "> ");
            for (size_t n = m.blanks; n; n--)
                buf_ch(out, ' ');
            i = m.to;
        }
        next = next < end ? next + 1 : end;
        if (next > i)
            buf_add(out, s->text.p + i, next - i);
        if (next >= end)
            break;
        i = next;
        blocks_line(b, s->text, i);
        if (line_apart(b, s->keep))
            buf_ch(out, '\n');
        line_keep(b, &s->keep, &s->later);
        line_start = true;
    }
    s->at = end;
}

void lines_skip(struct split *s, size_t to)
{
    for (size_t next; (next = line_end(s->text, s->blocks.from) + 1) <= to && next < s->text.n;)
        blocks_line(&s->blocks, s->text, next);
    s->at = to;
}

/* Repeats the head of the table that is cut, on lines with that prefix. */
static void repeat_head(struct split *s, struct span prefix)
{
    struct span head = s->blocks.head;
    if (!head_length(s, &s->blocks))
        return;
    const char *nl = memchr(head.p, '\n', head.n);
    struct span first = {head.p, (size_t)(nl - head.p)}, second = {nl + 1, head.n - first.n - 1};
    while (second.n && strchr(" \t>", *second.p))
        second = (struct span){second.p + 1, second.n - 1};
    buf_span(&s->before, prefix);
    buf_span(&s->before, first);
    buf_ch(&s->before, '\n');
    buf_span(&s->before, prefix);
    buf_span(&s->before, second);
    buf_ch(&s->before, '\n');
}

/* Adds empty cells in place of those cells of the row that are already in parts. */
static void skip_cells(struct split *s)
{
    size_t i = s->blocks.content, n = 1;
    for (i += s->text.p[i] == '|'; i < s->at; i++) {
        n += s->text.p[i] == '|';
        i += s->text.p[i] == '\\';
    }
    for (; n && n <= s->rule.max / 8; n--)
        buf_str(&s->before, "| ");
}

/* Chooses how much indentation is left out of the lines of the next part, which begins in the current line.
 */
static void choose_keep(struct split *s, bool code)
{
    const struct blocks *b = &s->blocks;
    size_t width = 0;
    s->keep = s->line_start && !b->lazy ? b->matched : b->depth;
    s->later = 0;
    for (size_t k = 0; k < s->keep; k++)
        width += b->width[k] ? b->width[k] : BLOCKS_DEPTH;
    if (code && width + b->fence.mark.n - b->fence.run <= RAW_WIDTH) {
        s->later = s->keep;
        s->keep = 0;
    }
}

/* Whether the line continues a paragraph and would be code if it began one. */
static bool is_indented(const struct blocks *b, struct span text)
{
    size_t from = b->edge[b->matched].at, n = b->content - from;
    return b->goes_on && (n >= 4 || (n && memchr(text.p + from, '\t', n)));
}

/* Leaves a quote that ends in the middle of a line together with the marks around it. */
static void leave_quote(struct blocks *b, size_t at)
{
    if (b->quotes && b->depth && b->quotes->n && b->quotes->v[b->quote].to <= at)
        b->depth = b->matched = 0;
}

/* Makes the beginning of the part that begins at s->at. */
static void open_part(struct split *s, const struct mend *marks, bool code, bool row)
{
    struct blocks *b = &s->blocks;
    struct buf prefix = {0};
    size_t quote = b->quotes && b->depth && b->quotes->n ? b->quotes->v[b->quote].from : 0;
    struct mend outer = open_before(&s->open, marks, quote), inner = open_since(&s->open, marks, quote);
    if (s->line_start && (inner.which || b->lazy || is_indented(b, s->text))) {
        bool block = open_in_block(&s->open, &inner);
        s->line_start = false;
        s->at = block ? b->edge[b->depth].at : b->content;
    }
    choose_keep(s, code);
    blocks_prefix(&prefix, b, s->keep);
    struct margin m = line_margin(b, s->keep);
    if (prefix.len + 2 * m.quotes + m.blanks > s->rule.max / 4)
        prefix.len = s->keep = s->later = 0; /* there is no room for it */
    s->before.len = 0;
    open_again(&s->before, &s->open, &outer, s->text, (struct span){NULL, 0});
    if (code) {
        buf_span(&s->before, buf_as_span(&prefix));
        buf_span(&s->before, b->fence.line);
        buf_ch(&s->before, '\n');
    }
    if (s->line_start || row)
        repeat_head(s, buf_as_span(&prefix));
    if (s->line_start) {
        if (prefix.len && b->width[0] == QUOTE_REST)
            buf_str(&s->before, ">>> ");
    } else {
        buf_span(&s->before, buf_as_span(&prefix));
        if (b->kind == LINE_INDENTED && s->rule.max >= 16)
            buf_str(&s->before, "    ");
        if (row)
            skip_cells(s);
    }
    open_again(&s->before, &s->open, &inner, s->text, buf_as_span(&prefix));
    s->before_length = split_length(&s->rule, buf_as_span(&s->before));
    buf_free(&prefix);
}

void lines_cut(struct split *s, size_t next, bool line_start)
{
    struct buf prefix = {0};
    size_t end = s->at;
    open_sync(&s->open, &s->marks, s->text, &s->rule, end);
    blocks_prefix(&prefix, &s->blocks, s->keep);
    struct mend marks = open_mend(&s->open, &s->rule, end, prefix.len);
    open_close(&s->after, &s->open, &marks, s->text, buf_as_span(&prefix));
    size_t keep = s->keep;
    s->line_start = line_start;
    lines_skip(s, next);
    if (!line_start)
        leave_quote(&s->blocks, next);
    bool row = !line_start && row_mends(s, &s->blocks);
    bool code = !row && line_mend(s, &s->blocks, keep, line_start).after;
    if (row) {
        buf_str(&s->after, " |");
    } else if (code) {
        prefix.len = 0;
        blocks_prefix(&prefix, &s->blocks, keep);
        buf_ch(&s->after, '\n');
        buf_span(&s->after, buf_as_span(&prefix));
        buf_span(&s->after, s->blocks.fence.mark);
    }
    open_part(s, &marks, code, row);
    buf_free(&prefix);
}
