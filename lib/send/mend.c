/* SPDX-License-Identifier: MIT */
/* Mending the constructs that a cut tears. */
#include <string.h>

#include "base/text.h"
#include "send/mend.h"

size_t split_length(const struct split_rule *r, struct span text)
{
    return r->utf16 ? text_utf16(text.p, text.n) : text_chars(text.p, text.n);
}

static struct span piece(struct span text, size_t from, size_t to)
{
    return (struct span){text.p + from, to - from};
}

static bool in_set(char c, const char *set)
{
    return c && strchr(set, c);
}

/* The blanks before a block's marks: as many columns as a list marker in front of it takes. */
static size_t block_indent(struct span text, const struct mark *m)
{
    size_t line = m->from, i, digits;
    while (line && m->from - line < 64 && text.p[line - 1] != '\n')
        line--;
    for (i = line; i < m->from && in_set(text.p[i], " \t>"); i++)
        if (text.p[i] == '>')
            line = i + (text.p[i + 1] == ' ' ? 2 : 1);
    for (digits = i; i < m->from && text.p[i] >= '0' && text.p[i] <= '9';)
        i++;
    if (i < m->from && in_set(text.p[i], i > digits ? ".)" : "-*+"))
        i++;
    while (i < m->from && text.p[i] == ' ')
        i++;
    return i == m->from && i - line < 32 ? i - line : 0;
}

/* The opening mark's text; for a block, without the line end. */
static struct span opening(struct span text, const struct mark *m)
{
    return piece(text, m->from, m->in);
}

static bool fits(struct span text, const struct split_rule *r, const struct mark *m, size_t spent)
{
    size_t n = m->to - m->from;
    if (m->block && memchr(text.p + m->in, '\n', m->out - m->in))
        return false;
    if (spent >= r->max || n / 4 > r->max)
        return false;
    return n + spent <= r->max || split_length(r, piece(text, m->from, m->to)) + spent <= r->max;
}

static void add(struct open *o, struct span text, const struct split_rule *r, const struct mark *m)
{
    struct opened *e = &o->v[o->n];
    size_t spent = 0;
    for (size_t i = 0; i < o->n; i++)
        spent += o->v[i].mark.mends ? o->v[i].before + o->v[i].after : 0;
    size_t indent = m->block ? block_indent(text, m) + 1 : 0;
    *e = (struct opened){*m, fits(text, r, m, spent), split_length(r, opening(text, m)) + indent,
                         split_length(r, piece(text, m->out, m->to)) + indent};
    o->n++;
}

void open_sync(struct open *o, const struct marks *m, struct span text, const struct split_rule *r, size_t at)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        if (o->v[i].mark.to > at)
            o->v[n++] = o->v[i];
    o->n = n;
    for (; o->next < m->n && m->v[o->next].from < at; o->next++)
        if (m->v[o->next].to > at && o->n < MARKS_DEPTH)
            add(o, text, r, &m->v[o->next]);
}

/* Whether a piece of code would end or begin with a backtick, which its mark would grow by. */
static bool grows(struct span text, const struct mark *m, size_t at, size_t next)
{
    return !m->block && text.p[m->from] == '`' &&
           (text.p[at - 1] == '`' || (next < text.n && text.p[next] == '`'));
}

enum cut_in open_cut(const struct open *o, struct span text, size_t at, size_t next)
{
    enum cut_in in = CUT_CLEAN;
    for (size_t i = 0; i < o->n; i++) {
        const struct mark *m = &o->v[i].mark;
        enum cut_in here = o->v[i].fits ? CUT_TEARS : CUT_CLEAN;
        if (m->in > m->from)
            here = at < m->in || at > m->out                                   ? CUT_MARK
                   : at == m->in || next >= m->out || grows(text, m, at, next) ? CUT_EMPTIES
                                                                               : here;
        in = here > in ? here : in;
    }
    return in;
}

struct mend open_mend(const struct open *o, const struct split_rule *r, size_t at, size_t prefix)
{
    struct mend m = {0};
    for (size_t i = 0; i < o->n; i++) {
        const struct opened *e = &o->v[i];
        size_t lines = e->mark.block ? prefix : 0;
        size_t all = m.before + e->before + m.after + e->after + 2 * lines;
        bool inside = at >= e->mark.in && at <= e->mark.out;
        if (!e->mark.mends || !inside || all > (e->mark.secret ? r->max - r->max / 4 - 1 : r->max / 2))
            continue;
        m.which |= 1U << i;
        m.before += e->before + lines;
        m.after += e->after + lines;
    }
    return m;
}

struct mend open_before(const struct open *o, const struct mend *m, size_t at)
{
    struct mend some = {0};
    for (size_t i = 0; i < o->n && o->v[i].mark.from < at; i++)
        some.which |= m->which & 1U << i;
    return some;
}

struct mend open_since(const struct open *o, const struct mend *m, size_t at)
{
    return (struct mend){.which = m->which & ~open_before(o, m, at).which};
}

bool open_in_block(const struct open *o, const struct mend *m)
{
    for (size_t i = o->n; i--;)
        if (m->which & 1U << i)
            return o->v[i].mark.block;
    return false;
}

static void indent(struct buf *out, struct span text, const struct mark *m)
{
    for (size_t n = block_indent(text, m); n; n--)
        buf_ch(out, ' ');
}

void open_close(struct buf *out, const struct open *o, const struct mend *m, struct span text,
                struct span prefix)
{
    for (size_t i = o->n; i--;) {
        const struct mark *k = &o->v[i].mark;
        if (!(m->which & 1U << i))
            continue;
        if (k->block) {
            buf_ch(out, '\n');
            buf_span(out, prefix);
            indent(out, text, k);
        }
        buf_span(out, piece(text, k->out, k->to));
    }
}

void open_again(struct buf *out, const struct open *o, const struct mend *m, struct span text,
                struct span prefix)
{
    for (size_t i = 0; i < o->n; i++) {
        const struct mark *k = &o->v[i].mark;
        if (!(m->which & 1U << i))
            continue;
        if (k->block)
            indent(out, text, k);
        buf_span(out, opening(text, k));
        if (k->block) {
            buf_ch(out, '\n');
            buf_span(out, prefix);
        }
    }
}
