/* SPDX-License-Identifier: MIT */
/* The blocks of a text (CommonMark 0.31, 4 and 5). */
#include <string.h>

#include "send/blocks.h"
#include "send/starts.h"

enum { NEAR = 256 }; /* bytes that are looked at of a line that would exist only because of a cut */

size_t line_end(struct span text, size_t from)
{
    const char *nl = from < text.n ? memchr(text.p + from, '\n', text.n - from) : NULL;
    return nl ? (size_t)(nl - text.p) : text.n;
}

static void note_edge(struct blocks *b, size_t k, const struct cursor *c)
{
    b->edge[k].at = c->i;
    b->edge[k].spare = c->spare;
}

/* Goes past "> ". */
static void pass_quote(struct cursor *c)
{
    cursor_enter(c, 1);
    cursor_skip(c, 1);
}

/* Finds how many of the open containers go on in this line. */
static void match(struct blocks *b, struct cursor *c)
{
    size_t ink, k;
    note_edge(b, 0, c);
    for (k = 0; k < b->depth; k++) {
        unsigned indent = cursor_indent(c, &ink);
        if (!b->width[k] && indent <= 3 && ink < c->end && c->text.p[ink] == '>')
            pass_quote(c);
        else if (b->width[k] && ink < c->end && indent >= b->width[k])
            cursor_skip(c, b->width[k]);
        else if (!b->width[k] || ink < c->end)
            break;
        note_edge(b, k + 1, c);
    }
    b->matched = k;
}

/* Handles a line of an open block of code. False: its container ended, and the block with it. */
static bool code_line(struct blocks *b, const struct cursor *c)
{
    size_t ink, to;
    if (!b->fence.run)
        return false;
    if (b->matched < b->depth) {
        b->fence = (struct fence){0};
        return false;
    }
    b->kind = LINE_CODE;
    if (cursor_indent(c, &ink) <= 3 && start_fence(c, ink, &to) >= b->fence.run &&
        c->text.p[ink] == b->fence.mark.p[b->fence.mark.n - 1] && span_blank(c, to))
        b->kind = LINE_CLOSES;
    return true;
}

/* Whether the line begins a block of code. */
static bool opens_code(struct blocks *b, const struct cursor *c, size_t ink)
{
    size_t to, n = start_fence(c, ink, &to), end = c->end;
    if (!n || (c->text.p[ink] == '`' && memchr(c->text.p + to, '`', end - to)))
        return false;
    while (end > to && c->text.p[end - 1] == '\r')
        end--;
    b->fence = (struct fence){{c->text.p + c->i, end - c->i}, {c->text.p + c->i, to - c->i}, n};
    b->kind = LINE_OPENS;
    return true;
}

/* Whether the line makes the lines of a paragraph something else: a heading (by an underline), a table. */
static bool grows(struct blocks *b, const struct cursor *c, size_t ink)
{
    if (start_underline(c, ink)) {
        b->kind = LINE_UNDERLINE;
        return true;
    }
    struct span above = {c->text.p + b->content, line_end(c->text, b->content) - b->content};
    struct span line = {c->text.p + ink, c->end - ink};
    if (!start_table(above, line))
        return false;
    b->kind = LINE_DELIMITER;
    b->head = (struct span){above.p, c->end - b->content};
    return true;
}

/* Whether the line is a one-line block or begins a block. */
static bool leaf(struct blocks *b, const struct cursor *c, size_t ink)
{
    if (start_heading(c, ink))
        b->kind = LINE_HEADING;
    else if (start_rule(c, ink))
        b->kind = LINE_RULE;
    else
        return opens_code(b, c, ink);
    return true;
}

/* Enters the containers and blocks that the line begins; *fresh: it begins containers. True: it is not a line
 * of text. */
static bool begin(struct blocks *b, struct cursor *c, bool *fresh)
{
    bool within = b->para && b->matched == b->depth;
    for (*fresh = false;; *fresh = true) {
        size_t ink;
        unsigned width = 0;
        if (cursor_indent(c, &ink) >= 4) {
            b->kind = LINE_INDENTED;
            return !b->para;
        }
        if (ink == c->end)
            return false;
        if (within && !*fresh && grows(b, c, ink))
            return true;
        if ((*fresh ? b->depth : b->matched) == BLOCKS_DEPTH)
            return leaf(b, c, ink);
        if (c->text.p[ink] != '>') {
            if (leaf(b, c, ink))
                return true;
            struct cursor at = *c;
            if (!start_item(c, ink, within && !*fresh, &width))
                return false;
            b->sibling = b->para && !*fresh && !start_item(&at, ink, true, &(unsigned){0});
        } else {
            pass_quote(c);
        }
        if (!*fresh)
            b->depth = b->matched;
        b->para = false;
        b->width[b->depth++] = (uint8_t)width;
        note_edge(b, b->depth, c);
    }
}

/* Handles a line of text: of the paragraph before, of a table, or the first of a paragraph. */
static void text_line(struct blocks *b, bool fresh, bool table)
{
    b->goes_on = b->para;
    b->lazy = b->para && b->matched < b->depth;
    b->kind = table && !fresh && !b->para && b->matched == b->depth ? LINE_ROW : LINE_TEXT;
    if (!fresh && !b->para)
        b->depth = b->matched;
    b->para = b->kind == LINE_TEXT;
}

static void common_line(struct blocks *b, struct span text, size_t from)
{
    struct cursor c = {.text = text, .i = from, .end = line_end(text, from)};
    bool table = b->head.n != 0, fresh = false;
    if (c.end > from && text.p[c.end - 1] == '\r')
        c.end--;
    match(b, &c);
    b->goes_on = false;
    if (!code_line(b, &c)) {
        size_t ink;
        cursor_indent(&c, &ink);
        if (ink == c.end) {
            b->depth = b->matched;
            b->kind = LINE_BLANK;
            b->para = false;
        } else if (begin(b, &c, &fresh)) {
            if (!fresh)
                b->depth = b->matched;
            b->para = false;
        } else if (cursor_indent(&c, &ink), ink == c.end) {
            b->kind = LINE_BLANK; /* except for the marks of its containers */
            b->para = false;
        } else {
            text_line(b, fresh, table);
        }
    }
    if (b->kind != LINE_DELIMITER && b->kind != LINE_ROW)
        b->head.n = 0;
    cursor_indent(&c, &b->content);
    b->from = from;
}

static void flat_line(struct blocks *b, struct span text, size_t from)
{
    size_t end = line_end(text, from), at = from;
    const struct mark *q = b->quotes && b->quotes->n ? b->quotes->v + b->quote : NULL,
                      *last = q ? b->quotes->v + b->quotes->n : NULL;
    for (; q < last && q->to <= from; q++)
        b->quote++;
    bool quoted = q < last && q->from <= from, begins = quoted && q->from == from, rest = false;
    b->matched = b->depth && quoted && !begins;
    b->depth = quoted;
    b->width[0] = quoted && q->block ? QUOTE_REST : 0;
    if (quoted && (begins || !q->block))
        at = flat_quote(text, from, b->dialect, &rest);
    b->edge[0].at = from;
    b->edge[1].at = at;
    while (at < end && strchr(" \t\r", text.p[at] ? text.p[at] : 'x'))
        at++;
    b->content = at;
    b->from = from;
    size_t marks = at;
    while (marks < end && text.p[marks] == '#')
        marks++;
    bool heading = b->dialect->code && marks > at && marks - at <= 3 && marks < end && text.p[marks] == ' ';
    b->kind = at == end ? LINE_BLANK : heading ? LINE_HEADING : LINE_TEXT;
}

void blocks_line(struct blocks *b, struct span text, size_t from)
{
    if (b->kind == LINE_CLOSES)
        b->fence = (struct fence){0};
    b->lazy = b->sibling = false;
    if (b->dialect->blocks)
        common_line(b, text, from);
    else
        flat_line(b, text, from);
}

void blocks_prefix(struct buf *out, const struct blocks *b, size_t keep)
{
    for (size_t k = 0; k < b->depth; k++) {
        if (!b->width[k])
            buf_str(out, "> ");
        else if (b->width[k] == QUOTE_REST)
            buf_str(out, ">>> ");
        for (unsigned i = 0; k >= keep && b->width[k] != QUOTE_REST && i < b->width[k]; i++)
            buf_ch(out, ' ');
    }
}

bool blocks_head(const struct blocks *b, struct span text)
{
    size_t end = line_end(text, b->from), next = end + 1;
    if (!b->dialect->blocks || b->kind != LINE_TEXT || next >= text.n)
        return false;
    while (next < text.n && text.p[next] && strchr(" \t>", text.p[next]))
        next++;
    return start_table((struct span){text.p + b->content, end - b->content},
                       (struct span){text.p + next, line_end(text, next) - next});
}

bool blocks_starts(const struct dialect *d, struct span text, size_t at)
{
    unsigned width;
    bool rest;
    size_t to;
    if (at == text.n || !d->code || !strchr("#>-+*=~`|_:0123456789", text.p[at] ? text.p[at] : 'x'))
        return false;
    struct span near = {text.p, text.n - at > NEAR ? at + NEAR : text.n};
    struct cursor c = {.text = text, .i = at, .end = line_end(near, at)};
    if (!d->blocks)
        return flat_quote(text, at, d, &rest) || start_heading(&c, at) || start_item(&c, at, false, &width);
    return text.p[at] == '>' || start_heading(&c, at) || start_rule(&c, at) || start_underline(&c, at) ||
           start_fence(&c, at, &to) || start_item(&c, at, false, &width);
}
