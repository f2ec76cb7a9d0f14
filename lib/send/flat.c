/* SPDX-License-Identifier: MIT */
/* The constructs of a text in a dialect without blocks (Discord, Slack, Telegram): the construct that begins
 * first counts, and the text inside it is read separately, as those platforms' parsers do it. */
#include <string.h>
#include <strings.h>

#include "send/closing.h"
#include "send/marks.h"

/* The state of reading. The pieces of text that we are in are nested: each ends at `out`, and reading goes on
 * after it at `to`. */
struct flat {
    struct span text;
    const struct dialect *d;
    struct marks *m, *quotes;
    struct closing closing;
    struct ticks ticks;
    size_t run_end; /* end of the run of backticks last looked at */
    struct {
        size_t out, to;
    } in[MARKS_DEPTH + 2];
    size_t depth, quote; /* quote: the piece that is a quote; 0: none */
    size_t begins;       /* where a piece's text begins that counts as the start of a line */
};

size_t flat_quote(struct span text, size_t i, const struct dialect *d, bool *rest)
{
    size_t from = i;
    *rest = false;
    while (i < text.n && text.p[i] == ' ')
        i++;
    if (d->flipped && text.n - i >= 4 && memcmp(text.p + i, ">>> ", 4) == 0) {
        *rest = true;
        return i + 4;
    }
    if (i == text.n || text.p[i] != '>' || (!d->flipped && i > from))
        return 0;
    i++;
    if (i < text.n && text.p[i] == ' ')
        return i + 1;
    return d->flipped ? 0 : i;
}

/* Enters a piece inside the current one. False: there are too many already. */
static bool enter(struct flat *f, size_t out, size_t to)
{
    if (f->depth > MARKS_DEPTH)
        return false;
    f->depth++;
    f->in[f->depth].out = out;
    f->in[f->depth].to = to;
    return true;
}

/* Enters the quoted lines from i on, which are read separately. Returns where their text begins; i: there are
 * none. */
static size_t enter_quote(struct flat *f, size_t i)
{
    bool rest, all;
    size_t bound = f->in[f->depth].out, text = flat_quote(f->text, i, f->d, &all), end = bound;
    if (!text || text > bound)
        return i;
    for (size_t line = i; !all;) {
        const char *nl = memchr(f->text.p + line, '\n', f->text.n - line);
        line = nl ? (size_t)(nl - f->text.p) + 1 : f->text.n;
        end = line < bound ? line : bound;
        if (line >= bound || !flat_quote(f->text, line, f->d, &rest) || rest)
            break;
    }
    struct mark quote = {(uint32_t)i, (uint32_t)i, (uint32_t)end, (uint32_t)end, .block = all};
    if (!enter(f, end, end))
        return i;
    marks_add(f->quotes, &quote);
    f->quote = f->depth;
    return text;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The line end after the language named by a block's opening mark; i: it names none. */
static size_t language_end(const struct flat *f, size_t i)
{
    size_t k = i;
    while (k < f->text.n && (is_word(f->text.p[k]) || (f->text.p[k] && strchr("-_+.#", f->text.p[k]))))
        k++;
    size_t end = k < f->text.n && f->text.p[k] == '\r' ? k + 1 : k;
    return k > i && end < f->text.n && f->text.p[end] == '\n' ? k : i;
}

/* Whether ``` at i begins a block of code. */
static bool block_at(struct flat *f, size_t i, struct mark *mark)
{
    size_t bound = f->in[f->depth].out, in = language_end(f, i + 3), out;
    for (;;) {
        size_t body = in;
        while (body < bound && (f->text.p[body] == '\n' || f->text.p[body] == '\r'))
            body++;
        out = closing_fence(&f->closing, body + 1);
        if (out != SIZE_MAX && out + 3 <= bound)
            break;
        if (in == i + 3)
            return false;
        in = i + 3; /* what looks like the language is the code */
    }
    *mark = (struct mark){(uint32_t)i,       (uint32_t)in,  (uint32_t)out,
                          (uint32_t)out + 3, .mends = true, .block = true};
    return true;
}

/* Whether a backtick at i begins code. */
static bool code_at(struct flat *f, size_t i, struct mark *mark)
{
    size_t bound = f->in[f->depth].out;
    if (f->run_end <= i)
        f->run_end = ticks_end(f->text, i, f->text.n);
    size_t run = f->run_end - i;
    if (run >= 3 && block_at(f, i, mark))
        return true;
    for (size_t n = run < TICKS_MAX ? run : TICKS_MAX - 1; n; n--) {
        size_t out = ticks_find(&f->ticks, f->text, f->run_end, f->text.n, n);
        if (out != SIZE_MAX && out + n <= bound) {
            *mark = (struct mark){(uint32_t)i, (uint32_t)(i + n), (uint32_t)out, (uint32_t)(out + n),
                                  .mends = true};
            return true;
        }
    }
    return false;
}

/* The construct with marks that begins at i: the longest of several. */
static bool token_at(struct flat *f, size_t i, struct mark *mark)
{
    size_t best = 0, bound = f->in[f->depth].out;
    for (size_t k = 0; f->d->tokens[k].mark; k++) {
        const struct token *t = &f->d->tokens[k];
        size_t n = strlen(t->mark);
        if (bound - i < n || memcmp(f->text.p + i, t->mark, n) != 0)
            continue;
        size_t out = closing_token(&f->closing, k, i, bound);
        if (out != SIZE_MAX && out + n <= bound && out + n >= best) {
            best = out + n;
            *mark = (struct mark){(uint32_t)i,    (uint32_t)(i + n), (uint32_t)out,
                                  (uint32_t)best, .mends = true,     .secret = t->secret};
        }
    }
    return best != 0;
}

/* <…> on one line: a mention, an address, a link. */
static bool angle_at(const struct flat *f, size_t i, struct mark *mark)
{
    size_t k = i + 1, bound = f->in[f->depth].out;
    while (k < bound && !strchr("<>\n", f->text.p[k]))
        k++;
    if (k == bound || f->text.p[k] != '>' || k == i + 1 || f->text.p[i + 1] == ' ')
        return false;
    *mark = (struct mark){(uint32_t)i, (uint32_t)i, (uint32_t)k + 1, (uint32_t)k + 1, .mends = false};
    return true;
}

/* [text](address) on one line. */
static bool link_at(const struct flat *f, size_t i, struct mark *mark)
{
    size_t k = i + 1, bound = f->in[f->depth].out;
    while (k < bound && !strchr("[]\n", f->text.p[k]))
        k++;
    if (k + 1 >= bound || f->text.p[k] != ']' || f->text.p[k + 1] != '(')
        return false;
    size_t end = link_end(f->text, k + 1, bound);
    *mark = (struct mark){(uint32_t)i, (uint32_t)i, (uint32_t)end, (uint32_t)end, .mends = false};
    return end > k + 1;
}

/* Adds the mark and returns where reading goes on: inside it, or after it if it can only contain plain text.
 */
static size_t take_mark(struct flat *f, const struct mark *mark, bool verbatim)
{
    bool line_start = mark->from == f->begins;
    marks_add(f->m, mark);
    f->begins = line_start ? mark->in : f->begins;
    return !verbatim && enter(f, mark->out, mark->to) ? mark->in : mark->to;
}

/* The end of a web address at i, in which nothing else is recognised; i: it is not one. */
static size_t address_end(const struct flat *f, size_t i)
{
    struct span rest = {f->text.p + i, f->in[f->depth].out - i};
    if (!(rest.n > 8 && (memcmp(rest.p, "http://", 7) == 0 || memcmp(rest.p, "https://", 8) == 0)))
        return i;
    size_t k = 0;
    while (k < rest.n && (unsigned char)rest.p[k] > ' ' && rest.p[k] != '<')
        k++;
    while (k > 8 && strchr("<.,:;\"')]*_~|", rest.p[k - 1]))
        k--;
    return i + k;
}

/* Reads one step at i and returns where to go on. */
static size_t step(struct flat *f, size_t i)
{
    struct mark mark;
    size_t end;
    switch (f->text.p[i]) {
    case '\\':
        return i + 1 < f->text.n && !is_word(f->text.p[i + 1]) && (unsigned char)f->text.p[i + 1] > ' '
                   ? i + 2
                   : i + 1;
    case '`':
        return code_at(f, i, &mark) ? take_mark(f, &mark, true) : i + 1;
    case '<':
        return angle_at(f, i, &mark) ? take_mark(f, &mark, true) : i + 1;
    case '[':
        if (f->d->masked && link_at(f, i, &mark))
            return take_mark(f, &mark, true);
        return i + 1;
    case 'h':
        end = address_end(f, i);
        return end > i ? end : i + 1;
    case '*':
    case '_':
    case '~':
    case '|':
        return token_at(f, i, &mark) ? take_mark(f, &mark, false) : i + 1;
    default:
        return i + 1;
    }
}

void flat_marks(struct marks *m, struct marks *quotes, struct span text, const struct dialect *d)
{
    struct flat f = {.text = text, .d = d, .m = m, .quotes = quotes, .in[0] = {text.n, text.n}};
    closing_init(&f.closing, text, d);
    for (size_t i = 0, next; i < text.n;) {
        if (i && text.p[i - 1] == '\n')
            f.begins = i;
        if (f.depth && i >= f.in[f.depth].out) {
            i = f.in[f.depth].to > i ? f.in[f.depth].to : i;
            f.quote = f.quote == f.depth ? 0 : f.quote;
            f.depth--;
        } else if (!f.quote && i == f.begins && (next = enter_quote(&f, i)) > i) {
            i = next;
        } else {
            i = step(&f, i);
        }
    }
}
