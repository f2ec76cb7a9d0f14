/* SPDX-License-Identifier: MIT */
/* Splitting a text. */
#include <stdint.h>
#include <string.h>

#include "send/breaks.h"
#include "send/split.h"
#include "base/text.h"

/* The kinds of cuts, the best one first. WORD and those before it leave the part at least a quarter full. */
enum level { PARAGRAPH, LINE, SENTENCE, WORD, GAP, CLUSTER, EMPTY_BLOCK, FENCE, LEVELS };

struct cut {
    size_t at; /* end of the part's text; 0: there is no such cut */
    struct split_place place;
};

/* One part being sought. */
struct scan {
    struct split *s;
    size_t i, used;                  /* up to here, and its length with the line that opens a block again */
    size_t base, end;                /* of the window: a little more than fits */
    size_t run, run_used;            /* i and used where the present run of ink began */
    size_t lead;                     /* end of the white space in front of the first ink */
    size_t ink;                      /* end of the last ink; 0: there is nothing to see yet */
    enum sentence_sign ended;        /* the ink ends as a sentence does, or SENTENCE_NOTHING */
    size_t whole;                    /* no cut up to here: it is part of a fence */
    struct split_place place, start; /* of i, of the part's beginning */
    struct cut cuts[LEVELS];
};

static size_t units(const struct split_rule *r, uint32_t c)
{
    return r->utf16 && c >= 0x10000 ? 2 : 1;
}

size_t split_length(const struct split_rule *r, struct span text)
{
    return r->utf16 ? text_utf16(text.p, text.n) : text_chars(text.p, text.n);
}

bool split_possible(const struct split_rule *r, struct span text)
{
    return r->max > 1 || split_length(r, text) == text_chars(text.p, text.n);
}

/* A line that opens a block: mending must leave room for what is in it. */
static struct split_block block_of(const struct split_rule *r, const struct fence *f)
{
    struct split_block b = {*f, split_length(r, f->line) + 1, split_length(r, f->mark) + 1};
    if (b.before + b.after > r->max / 2)
        b.before = b.after = 0;
    return b;
}

/* At the start of a line: is it one of a fence? */
static void start_line(struct scan *c, size_t from)
{
    struct span text = c->s->text, line = {text.p + from, text.n - from};
    struct fence f;
    if (!c->s->rule.fences || !line.n)
        return;
    const char *end = memchr(line.p, '\n', line.n);
    if (end)
        line.n = (size_t)(end - line.p);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    bool opens = fence_opens(&f, line);
    if (c->place.in.fence.run) {
        c->place.closing = fence_closes(&c->place.in.fence, line);
        if (c->place.in.after && (c->place.closing || opens))
            c->whole = from + (opens ? f.mark.n : line.n); /* else its run alone might end the block */
    } else if (opens) {
        c->place.opening = block_of(&c->s->rule, &f);
        if (c->place.opening.after)
            c->whole = from + line.n;
    }
}

static void end_line(struct scan *c)
{
    if (c->place.opening.fence.run)
        c->place.in = c->place.opening;
    else if (c->place.closing)
        c->place.in = (struct split_block){0};
    c->place.opening = (struct split_block){0};
    c->place.closing = false;
}

static void record(struct scan *c, enum level level, size_t at, size_t used)
{
    size_t max = c->s->rule.max;
    if (!c->ink || used + c->place.in.after > max)
        return;
    if (level < GAP && used < max / 4)
        level = GAP;
    c->cuts[level].at = at;
    c->cuts[level].place = c->place;
}

static void take_gap(struct scan *c, const struct gap *g)
{
    enum level level = c->ended ? SENTENCE : WORD;
    bool guarded = false;
    if (g->lines) {
        bool opened = c->place.opening.after, closed = c->place.closing;
        end_line(c);
        start_line(c, g->last_line);
        /* a part that ends or begins with an empty block is the last resort */
        guarded = opened || (c->place.closing && c->place.in.after);
        bool apart = g->lines > 1 || closed || c->place.opening.fence.run;
        level = apart && !c->place.in.fence.run ? PARAGRAPH : LINE;
    }
    if (g->lines || c->i > c->whole)
        record(c, guarded ? EMPTY_BLOCK : level, c->i, c->used);
    c->i = c->run = g->end;
    c->used += g->count;
    c->run_used = c->used;
    c->ended = SENTENCE_NOTHING;
    if (!c->ink)
        c->lead = c->i;
}

/* The grapheme cluster at i. False: it does not fit. */
static bool take_cluster(struct scan *c)
{
    struct span text = c->s->text;
    const char *breaks = c->s->breaks.p - c->base;
    uint32_t first;
    size_t end = c->i + code_point_at(text, c->i, &first);
    while (end < c->end && !breaks[end])
        end++;
    size_t n = split_length(&c->s->rule, (struct span){text.p + c->i, end - c->i});
    if (c->used + n > c->s->rule.max)
        return false;
    enum sentence_sign sign = sentence_sign(first);
    if (c->ended == SENTENCE_END_CLOSE && !sign && c->i > c->whole)
        record(c, SENTENCE, c->i, c->used);
    if (sign != SENTENCE_AFTER)
        c->ended = sign;
    c->i = c->ink = end;
    c->used += n;
    if (!c->place.opening.after)
        record(c, c->i > c->whole ? CLUSTER : FENCE, c->i, c->used);
    return true;
}

static bool is_flag_letter(struct span text, size_t i)
{
    uint32_t c = 0;
    if (i < text.n)
        code_point_at(text, i, &c);
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Finds where clusters begin in as much text as may fit, and one code point more. */
static void open_window(struct scan *c)
{
    struct split *s = c->s;
    uint32_t cp;
    for (size_t n = 0; c->end < s->text.n && n <= s->rule.max; n += units(&s->rule, cp))
        c->end += code_point_at(s->text, c->end, &cp);
    /* after half a flag the other half must not begin a new one */
    if (s->torn && is_flag_letter(s->text, s->at) && is_flag_letter(s->text, s->at - 4))
        c->base -= 4;
    buf_room(&s->breaks, c->end - c->base + 1);
    cluster_breaks(s->breaks.p, (struct span){s->text.p + c->base, c->end - c->base});
}

/* Goes as far as a part may reach and notes the cuts on the way. */
static void scan_part(struct scan *c, struct split *s)
{
    *c = (struct scan){
        .s = s, .i = s->at, .base = s->at, .end = s->at, .run = s->at, .lead = s->at, .place = s->place};
    c->used = c->run_used = s->place.in.before;
    open_window(c);
    if (s->line_start)
        start_line(c, s->at);
    c->start = c->place;
    while (c->i < s->text.n && c->used <= s->rule.max) {
        unsigned char first = (unsigned char)s->text.p[c->i];
        struct gap g = {.end = c->i};
        if (first <= ' ' || first >= 0x80)
            g = gap_at(s->text, c->i);
        if (g.end > c->i)
            take_gap(c, &g);
        else if (!take_cluster(c))
            break;
    }
}

/* A cut where Unicode allows a new line: text without white space has its words too. 0: none. */
static size_t cut_line(const struct scan *c)
{
    struct span run = {c->s->text.p + c->run, c->end - c->run};
    size_t to = c->cuts[CLUSTER].at;
    if (to <= c->run)
        return 0;
    size_t at = line_break(run, c->s->breaks.p + (c->run - c->base), to - c->run);
    size_t used = c->run_used + split_length(&c->s->rule, (struct span){run.p, at});
    return at && used >= c->s->rule.max / 4 ? c->run + at : 0;
}

/* Where not even a cluster fits: after the last code point that does. */
static struct cut cut_cluster(const struct scan *c)
{
    const struct split *s = c->s;
    struct cut cut = {s->at, c->start};
    uint32_t cp;
    size_t k = code_point_at(s->text, s->at, &cp), used = s->place.in.before + c->start.in.after;
    do {
        used += units(&s->rule, cp);
        cut.at += k;
        if (cut.at < s->text.n)
            k = code_point_at(s->text, cut.at, &cp);
    } while (cut.at < s->text.n && used + units(&s->rule, cp) <= s->rule.max);
    return cut;
}

/* The best of the cuts but FENCE; at 0: there is none. */
static struct cut choose(struct scan *c)
{
    enum level l = PARAGRAPH;
    while (l < EMPTY_BLOCK && !c->cuts[l].at)
        l++;
    size_t at = l > WORD ? cut_line(c) : 0;
    if (at) {
        l = CLUSTER;
        c->cuts[l].at = at;
    }
    return c->cuts[l];
}

/* Goes past the white space at a cut. */
static void move_on(struct split *s, const struct cut *cut)
{
    struct gap g = gap_at(s->text, cut->at);
    s->place = cut->place;
    s->line_start = g.lines > 0;
    if (!g.lines)
        s->at = g.end;
    else
        s->at = s->place.in.after ? g.first_line : g.last_line;
}

static void add_part(struct split *s, struct buf *part, size_t end, const struct split_block *closed)
{
    if (s->place.in.before) {
        buf_span(part, s->place.in.fence.line);
        buf_ch(part, '\n');
    }
    buf_add(part, s->text.p + s->at, end - s->at);
    if (closed && closed->after) {
        buf_ch(part, '\n');
        buf_span(part, closed->fence.mark);
    }
    s->parts++;
}

void split_start(struct split *s, struct span text, const struct split_rule *r)
{
    s->rule = *r;
    s->text = text;
    s->at = s->parts = 0;
    s->place = (struct split_place){0};
    s->line_start = true;
    s->torn = false;
}

bool split_next(struct split *s, struct buf *part)
{
    struct scan c;
    struct cut cut;
    bool more;
    if (s->at == s->text.n && s->parts)
        return false;
    for (;;) {
        scan_part(&c, s);
        more = c.i < s->text.n;
        if (!more && (c.ink || c.used <= s->rule.max)) {
            add_part(s, part, c.used <= s->rule.max ? c.i : c.ink, NULL);
            s->at = s->text.n;
            return true;
        }
        cut = choose(&c);
        size_t lead = c.lead - s->at;
        if (!more || !lead || (cut.at && lead <= s->rule.max / 2))
            break;
        s->at = c.lead; /* too much white space to keep */
    }
    if (!cut.at)
        cut = c.cuts[FENCE];
    s->torn = !cut.at;
    if (s->torn)
        cut = cut_cluster(&c);
    add_part(s, part, cut.at, &cut.place.in);
    if (more)
        move_on(s, &cut);
    else
        s->at = s->text.n; /* nothing but white space */
    return true;
}

void split_free(struct split *s)
{
    buf_free(&s->breaks);
}
