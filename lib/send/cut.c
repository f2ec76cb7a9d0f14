/* SPDX-License-Identifier: MIT */
/* The choice of a cut: scans as far as a part may reach, noting the last cut of each kind on the way. */
#include <string.h>

#include "send/breaks.h"
#include "send/cut.h"
#include "send/lines.h"

/* The kinds of cuts, the best one first. WORD and those before it leave the part at least a quarter full; GAP
 * does not, or leaves a heading behind; after ODD, text would be read as something else. TORN is added to
 * these kinds if the cut is inside a construct that would have been whole in a part. */
enum level {
    PARAGRAPH,
    LINE,
    SENTENCE,
    WORD,
    GAP,
    ODD,
    CLUSTER,
    TORN,
    EMPTY_BLOCK = 2 * TORN, /* a part begins or ends with an empty block */
    FENCE,                  /* inside an opening or closing mark */
    LEVELS
};

/* One part being sought. */
struct scan {
    struct split *s;
    size_t start, start_used; /* i and used at the beginning of the part's text */
    size_t i, used;           /* how far the scan is; the length of the part so far, with its beginning */
    size_t base, end;         /* the window: a little more than fits */
    size_t run, run_used;     /* i and used at the beginning of the current run of ink */
    size_t lead;              /* end of the white space before the first ink */
    size_t ink;               /* end of the last ink; 0: there was none yet */
    enum sentence_sign ended; /* how the ink ends a sentence, or SENTENCE_NOTHING */
    bool row;                 /* the line belongs to a table */
    size_t whole;             /* no cut up to here: this is part of a fence */
    struct blocks b;          /* at i */
    size_t keep, later;
    size_t code[2]; /* the length of what closes the line's block of code: within the line, before it */
    struct open open;
    size_t cuts[LEVELS]; /* the last cut of each kind; 0: none */
};

static void record(struct scan *c, enum level level, size_t next, bool line_start)
{
    const struct split_rule *r = &c->s->rule;
    if (!c->ink || c->used > r->max)
        return;
    open_sync(&c->open, &c->s->marks, c->s->text, r, c->i);
    size_t after = c->code[line_start];
    if (c->open.n)
        after += open_mend(&c->open, r, c->i, prefix_length(&c->b, c->keep)).after;
    if (c->used + after > r->max)
        return;
    if (level < GAP && c->used < r->max / 4)
        level = GAP;
    switch (c->open.n ? open_cut(&c->open, c->s->text, c->i, next) : CUT_CLEAN) {
    case CUT_CLEAN:
        break;
    case CUT_TEARS:
        level = level < TORN ? level + TORN : level;
        break;
    case CUT_EMPTIES:
        level = level < EMPTY_BLOCK ? EMPTY_BLOCK : level;
        break;
    case CUT_MARK:
        level = FENCE;
        break;
    }
    c->cuts[level] = c->i;
}

/* Notes what the current line means for cuts. */
static void weigh_line(struct scan *c)
{
    const struct blocks *b = &c->b;
    c->code[0] = line_mend(c->s, b, c->keep, false).after;
    c->code[1] = line_mend(c->s, b, c->keep, true).after;
    c->row = b->kind == LINE_ROW || blocks_head(b, c->s->text);
    if (b->kind == LINE_OPENS || b->kind == LINE_DELIMITER || b->kind == LINE_UNDERLINE ||
        (b->kind == LINE_CLOSES && c->code[1]))
        c->whole = line_end(c->s->text, b->from);
    if (b->kind == LINE_CODE && b->content < c->s->text.n &&
        c->s->text.p[b->content] == b->fence.line.p[b->fence.mark.n - 1]) {
        size_t i = b->content;
        while (i < c->s->text.n && c->s->text.p[i] == c->s->text.p[b->content])
            i++;
        c->whole = i; /* otherwise its run alone might end the block */
    }
}

/* How good a cut is between the previous line, of kind `before`, and the current one. */
static enum level rate_lines(const struct scan *c, const struct gap *g, enum line_kind before)
{
    const struct blocks *b = &c->b;
    struct mend m = {0};
    bool code = line_in_code(b, true), block = false;
    if (c->open.n) {
        m = open_mend(&c->open, &c->s->rule, c->i, 0);
        block = open_in_block(&c->open, &m);
    }
    if (before == LINE_OPENS || (b->kind == LINE_CLOSES && c->code[1]))
        return EMPTY_BLOCK;
    bool broken = b->goes_on && c->i &&
                  c->s->text.p[c->i - 1] == '\\'; /* a line break; at the end it would be a \\ */
    if (broken || b->kind == LINE_UNDERLINE || b->kind == LINE_DELIMITER || before == LINE_DELIMITER ||
        (b->goes_on && blocks_starts(b->dialect, c->s->text, b->content)))
        return ODD;
    if (before == LINE_HEADING || before == LINE_UNDERLINE)
        return GAP;
    bool fenced = !b->dialect->blocks && c->i >= 3 && memcmp(c->s->text.p + c->i - 3, "```", 3) == 0;
    bool apart = g->lines > 1 || before == LINE_CLOSES || b->kind == LINE_OPENS || fenced;
    return apart && !code && !block ? PARAGRAPH : LINE;
}

/* Goes on to the line after the gap. Returns the number of line ends that are added. */
static size_t enter_lines(struct scan *c, const struct gap *g)
{
    size_t apart = 0;
    for (size_t line = c->i; (line = line_end(c->s->text, line) + 1) <= g->last_line;) {
        blocks_line(&c->b, c->s->text, line);
        apart += line_apart(&c->b, c->keep);
        line_keep(&c->b, &c->keep, &c->later);
    }
    return apart;
}

static void take_gap(struct scan *c, const struct gap *g)
{
    enum level level = c->ended ? SENTENCE : WORD;
    size_t i = g->end, used = c->used + g->count;
    if (g->lines) {
        enum line_kind before = c->b.kind;
        open_sync(&c->open, &c->s->marks, c->s->text, &c->s->rule, c->i);
        used += enter_lines(c, g);
        weigh_line(c);
        level = rate_lines(c, g, before);
        struct margin m = line_margin(&c->b, c->keep);
        size_t gone = (m.to < g->end ? m.to : g->end) - g->last_line;
        i = m.to > g->end ? m.to : g->end;
        used += m.quotes * 2 + m.blanks - gone;
    } else if (c->row || blocks_starts(c->b.dialect, c->s->text, g->end)) {
        level = ODD;
    } else if (c->b.kind == LINE_HEADING) {
        level = GAP;
    }
    if (g->lines || c->i > c->whole)
        record(c, level, g->end, g->lines > 0);
    c->i = c->run = i;
    c->used = c->run_used = used;
    c->ended = SENTENCE_NOTHING;
    if (!c->ink)
        c->lead = c->i;
}

/* Takes the grapheme cluster at i. False: it does not fit. */
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
        record(c, SENTENCE, c->i, false);
    if (sign != SENTENCE_AFTER)
        c->ended = sign;
    c->i = c->ink = end;
    c->used += n;
    if (c->b.kind != LINE_OPENS)
        record(c, c->i > c->whole ? CLUSTER : FENCE, c->i, false);
    return true;
}

static bool is_flag_letter(struct span text, size_t i)
{
    uint32_t c = 0;
    if (i < text.n)
        code_point_at(text, i, &c);
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Finds where clusters begin in as much text as may fit, plus one code point. */
static void open_window(struct scan *c)
{
    struct split *s = c->s;
    size_t max = s->rule.max, free = s->keep ? 3 * max : 0; /* indentation left out does not take room */
    uint32_t cp;
    for (size_t n = 0; c->end < s->text.n && n <= max;) {
        c->end += code_point_at(s->text, c->end, &cp);
        if (free && cp == ' ')
            free--;
        else
            n += s->rule.utf16 && cp >= 0x10000 ? 2 : 1;
    }
    /* after half a flag, the other half must not begin a new one */
    if (s->torn && is_flag_letter(s->text, s->at) && is_flag_letter(s->text, s->at - 4))
        c->base -= 4;
    buf_room(&s->breaks, c->end - c->base + 1);
    cluster_breaks(s->breaks.p, (struct span){s->text.p + c->base, c->end - c->base});
}

/* Scans as far as a part may reach. */
static void scan_part(struct scan *c, struct split *s)
{
    *c = (struct scan){.s = s, .i = s->at, .base = s->at, .end = s->at, .run = s->at, .lead = s->at};
    c->b = s->blocks;
    c->open = s->open;
    c->keep = s->keep;
    c->later = s->later;
    c->used = c->run_used = s->before_length;
    open_window(c);
    if (s->at < s->text.n)
        weigh_line(c);
    if (s->line_start) {
        struct margin m = line_margin(&c->b, c->keep);
        c->i = c->run = m.to > c->i ? m.to : c->i;
        c->used = c->run_used += 2 * m.quotes + m.blanks;
    }
    c->start = c->i;
    c->start_used = c->used;
    while (c->i < s->text.n && c->used <= s->rule.max) {
        unsigned char first = (unsigned char)s->text.p[c->i];
        struct gap g = {.end = c->i};
        if (first <= ' ' || first >= 0x80)
            g = gap_at(s->text, c->i);
        if (g.end > c->i)
            take_gap(c, &g);
        else if (c->i >= c->end || !take_cluster(c))
            break;
    }
}

/* A cut where Unicode allows a line break: text without white space has words too. 0: none. */
static size_t cut_line(const struct scan *c)
{
    const struct split_rule *r = &c->s->rule;
    struct span run = {c->s->text.p + c->run, c->end > c->run ? c->end - c->run : 0};
    struct open open = c->s->open;
    size_t to = c->cuts[CLUSTER];
    if (to <= c->run)
        return 0;
    size_t at = line_break(run, c->s->breaks.p + (c->run - c->base), to - c->run);
    if (!at || c->run_used + split_length(r, (struct span){run.p, at}) < r->max / 4)
        return 0;
    open_sync(&open, &c->s->marks, c->s->text, r, c->run + at);
    return open_cut(&open, c->s->text, c->run + at, c->run + at) == CUT_CLEAN ? c->run + at : 0;
}

/* If not even a cluster fits: after the last code point that does. */
static size_t cut_cluster(const struct scan *c)
{
    const struct split *s = c->s;
    const struct split_rule *r = &s->rule;
    struct open open = s->open;
    size_t best = 0, used = c->start_used, code = line_mend(s, &s->blocks, s->keep, false).after;
    for (size_t at = c->start; at < s->text.n && used < r->max;) {
        uint32_t cp;
        at += code_point_at(s->text, at, &cp);
        used += r->utf16 && cp >= 0x10000 ? 2 : 1;
        open_sync(&open, &s->marks, s->text, r, at);
        size_t after = code + open_mend(&open, r, at, prefix_length(&s->blocks, s->keep)).after;
        if (!best || used + after <= r->max)
            best = at;
    }
    return best;
}

struct cut cut_find(struct split *s)
{
    struct scan c;
    scan_part(&c, s);
    struct cut cut = {.last = c.i >= s->text.n, .lead = c.lead};
    if (cut.last && (c.ink || c.used <= s->rule.max)) {
        cut.at = c.used <= s->rule.max ? s->text.n : c.ink;
        return cut;
    }
    size_t level = PARAGRAPH;
    while (level < FENCE && !c.cuts[level])
        level++;
    cut.at = level > WORD && level <= CLUSTER ? cut_line(&c) : 0;
    if (!cut.at)
        cut.at = c.cuts[level];
    cut.cluster = !cut.at;
    if (cut.cluster)
        cut.at = cut_cluster(&c);
    return cut;
}
