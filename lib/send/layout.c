/* SPDX-License-Identifier: MIT */
/* The messages of a growing text. */
#include <string.h>

#include "base/text.h"
#include "send/breaks.h"
#include "send/layout.h"
#include "send/lines.h"

enum {
    SHORTER = 4,    /* code points left out at a time */
    WORD_MOST = 32, /* bytes of a word that is left out whole */
};

static bool has_text(struct span v)
{
    return gap_at(v, 0).end < v.n;
}

/* Whether one of the marks begins in the text, and ends exactly with what was added to it. */
static bool closes(const struct layout *l)
{
    const struct marks *m = &l->split.marks;
    for (size_t i = 0; i < m->n; i++)
        if (m->v[i].from < l->own && m->v[i].to == l->text.len)
            return true;
    return false;
}

static void start(struct layout *l, const struct split_rule *r)
{
    split_start(&l->split, buf_as_span(&l->text), r);
}

static bool has(const struct layout *l, char c)
{
    return l->own && memchr(l->text.p, c, l->own);
}

/* Adds a text to the end if it closes a construct there. */
static bool try_close(struct layout *l, const struct split_rule *r, const char *closing)
{
    l->text.len = l->own;
    buf_str(&l->text, closing);
    start(l, r);
    if (closes(l))
        return true;
    l->text.len = l->own;
    return false;
}

/* In CommonMark: closes the block of code that is open at the end, if there is one. */
static bool close_fence(struct layout *l, const struct split_rule *r)
{
    struct blocks b = {.dialect = r->dialect};
    struct span text = {l->text.p, l->own};
    for (size_t i = 0; i < text.n; i = line_end(text, i) + 1)
        blocks_line(&b, text, i);
    if (!b.fence.run || b.kind == LINE_CLOSES)
        return false;
    struct buf closing = {0};
    buf_ch(&closing, '\n');
    blocks_prefix(&closing, &b, 0);
    buf_span(&closing, b.fence.mark);
    buf_span(&l->text, buf_as_span(&closing));
    buf_free(&closing);
    return true;
}

/* Closes what must not stay open at the end. Returns whether it was a block of code. */
static bool close_end(struct layout *l, const struct split_rule *r)
{
    if (!r->dialect->code)
        return false;
    if (r->dialect->blocks)
        return close_fence(l, r);
    if (has(l, '`') && try_close(l, r, "\n```"))
        return true;
    for (const struct token *t = r->dialect->tokens; t->mark; t++)
        if (t->secret && has(l, *t->mark) && try_close(l, r, t->mark))
            break;
    return false;
}

/* A place in the text, going on line by line. */
struct place {
    struct blocks b;
    struct open open;
};

static struct place place_of(const struct split *s)
{
    return (struct place){s->blocks, s->open};
}

static bool in_code(struct place *p, const struct split *s, size_t at)
{
    open_sync(&p->open, &s->marks, s->text, &s->rule, at);
    for (size_t i = 0; i < p->open.n; i++)
        if (p->open.v[i].mark.block)
            return true;
    return false;
}

/* The end of the paragraph in which the place is: of the text after `from`, before an empty line. 0: it has
 * not ended. */
static size_t paragraph_end(const struct layout *l, struct place *p, size_t from)
{
    struct span text = {l->text.p, l->own};
    for (size_t next; (next = line_end(text, p->b.from) + 1) < text.n;) {
        size_t end = next - 1;
        blocks_line(&p->b, l->split.text, next);
        if (p->b.kind != LINE_BLANK || gap_at(text, next).end == text.n || in_code(p, &l->split, end))
            continue;
        while (end > from && strchr(" \t\r\n", text.p[end - 1]))
            end--;
        if (end > from)
            return end;
    }
    return 0;
}

static size_t last_paragraph(const struct layout *l)
{
    struct place p = place_of(&l->split);
    size_t last = 0;
    for (size_t end; (end = paragraph_end(l, &p, last));)
        last = end;
    return last;
}

void layout_begin(struct layout *l, struct span text, const struct split_rule *r, enum layout_end end,
                  bool paragraphs)
{
    l->text.len = 0;
    buf_span(&l->text, text);
    l->own = text.n;
    l->end = end;
    l->paragraphs = paragraphs;
    bool code = end != LAYOUT_WHOLE && close_end(l, r);
    if (end == LAYOUT_CUT)
        buf_str(&l->text, code ? "\n" LAYOUT_MARK : " " LAYOUT_MARK);
    start(l, r);
    l->limit = paragraphs && end == LAYOUT_GROWS ? last_paragraph(l) : l->own;
}

/* Where the next part ends if each paragraph is one; 0: where it is best. */
static size_t whole_paragraph(const struct layout *l)
{
    const struct split *s = &l->split;
    struct place p = place_of(s);
    size_t end = paragraph_end(l, &p, s->at), room = s->rule.max - s->rule.max / 16;
    if (!end || (end - s->at) / 4 > room)
        return 0;
    struct span text = {s->text.p + s->at, end - s->at};
    size_t more = s->before_length + open_mend(&p.open, &s->rule, end, prefix_length(&p.b, s->keep)).after;
    return more + split_length(&s->rule, text) <= room ? end : 0;
}

/* The same place in a text that is not the one before with more at its end. */
static size_t place_in(const struct layout *l, size_t to)
{
    to = to < l->own ? to : l->own;
    while (to && to < l->own && (l->text.p[to] & 0xc0) == 0x80)
        to--;
    return to;
}

bool layout_next(struct layout *l, size_t to, struct buf *part, size_t *end)
{
    struct split *s = &l->split;
    size_t from = part->len;
    *end = l->own;
    bool anywhere = !to;
    to = place_in(l, to);
    if (s->at >= l->own && s->at < s->text.n && l->end == LAYOUT_CUT && s->parts) {
        buf_str(part, LAYOUT_MARK);
        s->at = s->text.n;
        return true;
    }
    if (s->at >= l->own || (anywhere ? s->at >= l->limit : to <= s->at))
        return false;
    if (anywhere && l->paragraphs)
        to = whole_paragraph(l);
    bool more = to ? split_to(s, part, to) : split_next(s, part);
    if (more && s->end < l->own)
        *end = s->end;
    if (more && part->len > from && has_text((struct span){part->p + from, part->len - from}))
        return true;
    part->len = from;
    return false;
}

void layout_gap(struct layout *l)
{
    struct split *s = &l->split;
    struct buf before = {0};
    buf_str(&before, s->before.len || s->line_start ? LAYOUT_MARK "\n" : LAYOUT_MARK " ");
    buf_span(&before, buf_as_span(&s->before));
    buf_free(&s->before);
    s->before = before;
    s->before_length += 2;
}

bool layout_done(const struct layout *l)
{
    return l->split.at == l->split.text.n;
}

void layout_shorten(struct buf *text)
{
    for (int n = 0; text->len && n < SHORTER; n++)
        while (text->len && (text->p[--text->len] & 0xc0) == 0x80)
            ;
    size_t word = text->len;
    while (word && text->len - word < WORD_MOST && !strchr(" \t\n", text->p[word - 1]))
        word--;
    if (word && text->len - word < WORD_MOST)
        text->len = word;
    struct span t = text_trim(buf_as_span(text));
    text->len = t.n ? (size_t)(t.p - text->p) + t.n : 0;
}

void layout_free(struct layout *l)
{
    split_free(&l->split);
    buf_free(&l->text);
}
