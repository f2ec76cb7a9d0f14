/* SPDX-License-Identifier: MIT */
/* The constructs and blocks of a text, row by row: what is recognised, and what only looks like it. */
#include "check.h"
#include "send/mend.h"
#include "send/starts.h"

#define TEXT(s)          \
    {                    \
        s, sizeof(s) - 1 \
    }

static struct span slice(struct span text, size_t from, size_t to)
{
    return (struct span){text.p + from, to - from};
}

/* Each mark as "opening{text}closing "; a quote as "quote{text} ". */
static void show(struct buf *out, struct span text, const struct marks *m, const char *quote)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct mark *k = &m->v[i];
        buf_str(out, quote);
        buf_span(out, slice(text, k->from, k->in));
        buf_ch(out, '{');
        buf_span(out, slice(text, k->in, k->out));
        buf_ch(out, '}');
        buf_span(out, slice(text, k->out, k->to));
        buf_ch(out, ' ');
    }
}

struct row {
    const char *dialect; /* NULL: CommonMark */
    struct span text;
    const char *want;
};

static bool same_marks(const struct row *r)
{
    const struct dialect *d = dialect_find((struct span){r->dialect, r->dialect ? strlen(r->dialect) : 0});
    struct marks m = {0}, quotes = {0};
    struct buf b = {0};
    if (d->blocks)
        inline_marks(&m, r->text, 0, r->text.n);
    else
        flat_marks(&m, &quotes, r->text, d);
    show(&b, r->text, &quotes, ">");
    show(&b, r->text, &m, "");
    for (size_t i = 0; i < b.len; i++) /* U+0000 */
        b.p[i] = b.p[i] ? b.p[i] : '0';
    bool same = reads(&b, r->want);
    marks_free(&m);
    marks_free(&quotes);
    buf_free(&b);
    return same;
}

static const struct row inlines[] = {
    /* <…> */
    {NULL, TEXT("a <"), ""},
    {NULL, TEXT("< a> <1> <\0>"), ""},
    {NULL, TEXT("<a"), ""},
    {NULL, TEXT("<a\n>"), ""},
    {NULL, TEXT("<a<b>"), "{<b>} "},
    {NULL, TEXT("<a\0b>"), "{<a0b>} "},
    {NULL, TEXT("</b><!x><?x>"), "{</b>} {<!x>} {<?x>} "},
    /* links and images */
    {NULL, TEXT("[a](b)"), "[{a}](b) "},
    {NULL, TEXT("![a](b)!"), "![{a}](b) "},
    {NULL, TEXT("!a [ ] ]"), ""},
    {NULL, TEXT("[a] (b)"), ""},
    {NULL, TEXT("[a]"), ""},
    {NULL, TEXT("[a](b"), ""},
    {NULL, TEXT("[a](b c)"), ""},
    {NULL, TEXT("[a](b\tc)"), ""},
    {NULL, TEXT("[a](b "), ""},
    {NULL, TEXT("[a](b\nc)"), ""},
    {NULL, TEXT("[a](b \"c )\")"), "[{a}](b \"c )\") "},
    {NULL, TEXT("[a](b 'c')"), "[{a}](b 'c') "},
    {NULL, TEXT("[a](b(c)d)"), "[{a}](b(c)d) "},
    {NULL, TEXT("[a](b\\)c)"), "[{a}](b\\)c) "},
    {NULL, TEXT("[a](\"(\")"), "[{a}](\"(\") "},
    /* a link in a link is one; images may hold links and be held by them */
    {NULL, TEXT("[a [b](c)](d)"), "[{b}](c) "},
    {NULL, TEXT("[a ![b](c)](d)"), "[{a ![b](c)}](d) ![{b}](c) "},
    {NULL, TEXT("![a [b](c)](d)"), "![{a [b](c)}](d) [{b}](c) "},
    /* emphasis does not reach across the end of a link */
    {NULL, TEXT("*[a*](b)"), "[{a*}](b) "},
    {NULL, TEXT("*[*a*](b)*"), "*{[*a*](b)}* [{*a*}](b) *{a}* "},
    {NULL, TEXT("*foo**bar*"), "*{foo**bar}* "},
    {NULL, TEXT("foo***bar***baz"), "*{**bar**}* **{bar}** "},
    {NULL, TEXT("**a*b**"), "**{a*b}** "},
    {NULL, TEXT("_a*b_ c*"), "_{a*b}_ "},
    /* code */
    {NULL, TEXT("`a` ``b` `c``"), "`{a}` ``{b` `c}`` "},
    {NULL, TEXT("`a ``b ```c"), ""},
    {NULL, TEXT("`a `"), "`{a }` "},
    {NULL, TEXT("\\`a` \\"), ""},
    /* ~~ and || */
    {NULL, TEXT("~~a~~ ||b||"), "~~{a}~~ ||{b}|| "},
    {NULL, TEXT("~a~ |b| ~~c |"), ""},
};

static const struct row flats[] = {
    /* quotes: Discord's needs a blank, the others' stands at the very start of the line */
    {"discord", TEXT("> a\n> b\nc"), ">{> a\n> b\n} "},
    {"discord", TEXT("  > a\n>b"), ">{  > a\n} "},
    {"discord", TEXT("> a\n>>> b\nc"), ">{> a\n} >{>>> b\nc} "},
    {"discord", TEXT(">a"), ""},
    {"discord", TEXT("a\n  "), ""},
    {"slack", TEXT("a\n>b\n> c\n >d"), ">{>b\n> c\n} "},
    {"slack", TEXT(">"), ">{>} "},
    {"markdown_v2", TEXT("*a\n>b\nc*"), ">{>b\n} *{a\n>b\nc}* "},
    {"markdown_v2", TEXT("*a\n>*"), ">{>} *{a\n>}* "},
    {"slack", TEXT(">>> a\nb"), ">{>>> a\n} "},
    /* code, with and without a language */
    {"discord", TEXT("```c++\nx```"), "```c++{\nx}``` "},
    {"discord", TEXT("```Ada.95\r\nx```"), "```Ada.95{\r\nx}``` "},
    {"discord", TEXT("```a:b\nx```"), "```{a:b\nx}``` "},
    {"discord", TEXT("```a[\nx```"), "```{a[\nx}``` "},
    {"discord", TEXT("```a{\nx```"), "```{a{\nx}``` "},
    {"discord", TEXT("```\xc3\xa4\nx```"), "```{\xc3\xa4\nx}``` "},
    {"discord", TEXT("```a\0\nx```"), "```{a0\nx}``` "},
    {"discord", TEXT("```py```"), "```{py}``` "},
    {"discord", TEXT("```py\n```"), "```{py\n}``` "},
    {"discord", TEXT("```py"), ""},
    {"discord", TEXT("```py\r"), ""},
    {"discord", TEXT("``` "), ""},
    {"discord", TEXT("`a` ``b` `c``"), "`{a}` ``{b` `c}`` "},
    {"discord", TEXT("**a `b** c`"), "**{a `b}** "},
    /* <…>, links and web addresses */
    {"slack", TEXT("<@U1> <a\nb> <> < b> <c<d> <e\0>"), "{<@U1>} {<d>} "},
    {"slack", TEXT("<a"), ""},
    {"discord", TEXT("*<a*>"), "*{<a}* "},
    {"discord", TEXT("[a](b) [c] (d) [e\n](f) [g[h](i)"), "{[a](b)} {[h](i)} "},
    {"discord", TEXT("[a](b c) [d"), ""},
    {"discord", TEXT("[a]"), ""},
    {"slack", TEXT("[*a*](b)"), "*{a}* "},
    {"discord", TEXT("http://a/_b_ _c_"), "_{c}_ "},
    {"discord", TEXT("https://a/_b_<_c_"), "_{c}_ "},
    {"discord", TEXT("https://a/*b**"), ""},
    {"discord", TEXT("http:// _c_ http://"), "_{c}_ "},
    {"discord", TEXT("http://.., *c*"), "*{c}* "},
    {"discord", TEXT("https://.., *c*"), "*{c}* "},
    {"discord", TEXT("hhhhhhhhhhh*c*"), "*{c}* "},
    /* escapes and marks in marks */
    {"discord", TEXT("\\*a* \\a*b* \\"), "*{b}* "},
    {"discord", TEXT("||__**~~*_a_*~~**__||"),
     "||{__**~~*_a_*~~**__}|| __{**~~*_a_*~~**}__ **{~~*_a_*~~}** ~~{*_a_*}~~ *{_a_}* _{a}_ "},
};

static void constructs(void)
{
    for (size_t i = 0; i < sizeof inlines / sizeof *inlines; i++)
        CHECK_THAT(same_marks(&inlines[i]), "inline %s", inlines[i].text.p);
    for (size_t i = 0; i < sizeof flats / sizeof *flats; i++)
        CHECK_THAT(same_marks(&flats[i]), "%s: %s", flats[i].dialect, flats[i].text.p);
}

static size_t count_inline(const struct buf *b)
{
    struct marks m = {0};
    inline_marks(&m, buf_as_span(b), 0, b->len);
    size_t n = m.n;
    marks_free(&m);
    return n;
}

static void add_times(struct buf *out, size_t n, const char *s)
{
    while (n--)
        buf_str(out, s);
}

/* What is too much of it is plain text. */
static void bounds(void)
{
    struct buf b = {0};
    add_times(&b, 33, "[");
    buf_str(&b, "a](b)"); /* closes the one beyond the bound */
    CHECK(count_inline(&b) == 0);
    buf_str(&b, "](b)");
    CHECK(count_inline(&b) == 1);
    b.len = 0;
    buf_str(&b, "[a](");
    add_times(&b, 510, "b");
    buf_str(&b, ")");
    CHECK(count_inline(&b) == 1);
    b.len--;
    buf_str(&b, "b)");
    CHECK(count_inline(&b) == 0);
    b.len = 0;
    add_times(&b, 40, "*a* _b_ ");
    CHECK(count_inline(&b) == 80);
    for (size_t n = TICKS_MAX - 1; n <= TICKS_MAX; n++) {
        b.len = 0;
        add_times(&b, n, "`");
        buf_ch(&b, 'a');
        add_times(&b, n, "`");
        CHECK(count_inline(&b) == (n < TICKS_MAX));
    }
    buf_free(&b);
}

/* A search that found nothing is not done again, but one from further back is. */
static void ticks(void)
{
    struct ticks t = {0};
    struct span text = TEXT("``a`");
    CHECK(ticks_find(&t, text, 2, text.n, 2) == SIZE_MAX && ticks_find(&t, text, 3, text.n, 2) == SIZE_MAX);
    CHECK(ticks_find(&t, text, 0, text.n, 2) == 0 && ticks_find(&t, text, 0, text.n, 1) == 3);
    CHECK(ticks_find(&t, text, 0, text.n, 3) == SIZE_MAX && ticks_find(&t, text, 0, text.n, 3) == SIZE_MAX);
    CHECK(ticks_find(&t, text, text.n, text.n, 1) == SIZE_MAX);
}

/* Of marks that begin at one place, the longer one holds the others. */
static void sorting(void)
{
    static const uint32_t in[][2] = {{5, 6}, {0, 3}, {0, 9}, {5, 8}, {0, 3}, {4, 9}};
    static const uint32_t want[][2] = {{5, 6}, {0, 9}, {0, 3}, {0, 3}, {4, 9}, {5, 8}};
    struct marks m = {0};
    for (size_t i = 0; i < 6; i++)
        marks_add(&m, &(struct mark){.from = in[i][0], .to = in[i][1]});
    marks_sort(&m, 1); /* the first one is left where it is */
    for (size_t i = 0; i < 6; i++)
        CHECK_THAT(m.v[i].from == want[i][0] && m.v[i].to == want[i][1], "mark %zu", i);
    marks_free(&m);
}

/* The kind of each line as a letter, and what the last one's containers begin lines with. */
static bool same_lines(const struct row *r)
{
    static const char letters[] = "bthuroceidw"; /* enum line_kind */
    struct blocks b = {
        .dialect = dialect_find((struct span){r->dialect, r->dialect ? strlen(r->dialect) : 0})};
    struct marks m = {0}, quotes = {0};
    struct buf out = {0};
    if (b.dialect->code && !b.dialect->blocks) {
        flat_marks(&m, &quotes, r->text, b.dialect);
        b.quotes = &quotes;
    }
    for (size_t from = 0; from <= r->text.n; from = line_end(r->text, from) + 1) {
        blocks_line(&b, r->text, from);
        buf_ch(&out, letters[b.kind]);
        buf_str(&out, b.lazy ? "~" : b.sibling ? "'" : "");
    }
    buf_ch(&out, '|');
    blocks_prefix(&out, &b, 0);
    bool same = reads(&out, r->want);
    marks_free(&m);
    marks_free(&quotes);
    buf_free(&out);
    return same;
}

static const struct row lines[] = {
    {NULL, TEXT("# a\n#\n####### b\n#c\n#\t"), "hhtth|"},
    {NULL, TEXT("***\n- - -\n__\n_ _ a_\n---"), "rrttu|"},
    {NULL, TEXT("a\n===\nb\n=-\n=\r"), "tuttu|"},
    {NULL, TEXT("```c\r\r\nx\n``\n~~~\n``` \n"), "occceb|"},
    {NULL, TEXT("``` a`b\n~~~ a`b\n~~~~ c\n~~~"), "toce|"},
    {NULL, TEXT("> ```\n> a\nb"), "oct|"},
    {NULL, TEXT("``~\n~~`\n```~\n~~~`\n```"), "ttoce|"},
    {NULL, TEXT("a\n    b\n\n    c"), "ttbi|"},
    /* items */
    {NULL, TEXT("1) a\n   b\n2. c\n1234567890. d"), "ttt't~|   "},
    {NULL, TEXT("-\n  a\n-b"), "btt~|  "},
    {NULL, TEXT("a\n2. b\n1. c\n*"), "tttb'|  "},
    {NULL, TEXT("-     a"), "i|  "},
    /* tables */
    {NULL, TEXT("a|b\n-|-\nc|d\ne\n\nf"), "tdwwbt|"},
    {NULL, TEXT("|a|b|\n|-|:-:|\n- c"), "tdt|  "},
    {NULL, TEXT("> a|b\n> -|-\nc|d"), "tdt|"},
    {NULL, TEXT("a|b \\|\n-|-"), "td|"},
    {NULL, TEXT("a|b\n-|-|-\n-|x\n:-\n|:|:\n|"), "tttttt|"},
    {NULL, TEXT("a\\|b\n-|-\n|"), "ttt|"},
    {NULL, TEXT("> a\n    b\nc\n>"), "tt~t~b|> "},
    {NULL, TEXT("\0\n\0"), "tt|"},
    /* without blocks: three levels of headings, and quotes */
    {"discord", TEXT("# a\n### b\n#### c\n#d\n#\n \t\r\n\0"), "hhtttbt|"},
    {"discord", TEXT("a\n> b\n> # c\nd\n>>> e\nf"), "tthttt|>>> "},
    {"discord", TEXT("a\n> b\n"), "ttb|"},
    {"", TEXT("# a\n> b"), "tt|"},
};

static void blocks(void)
{
    struct buf text = {0}, want = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CHECK_THAT(same_lines(&lines[i]), "%s", lines[i].text.p);
    /* deeper containers are text, but leaves are recognised in the deepest one */
    for (int line = 0; line < 2; line++) {
        add_times(&text, BLOCKS_DEPTH, "> ");
        buf_str(&text, line ? "# a\n" : "> a\n");
    }
    add_times(&text, BLOCKS_DEPTH, "> ");
    buf_str(&text, "- b");
    buf_str(&want, "tht|");
    add_times(&want, BLOCKS_DEPTH, "> ");
    CHECK(same_lines(&(struct row){NULL, buf_as_span(&text), buf_cstr(&want)}));
    buf_free(&text);
    buf_free(&want);
}

static void starts(void)
{
    static const struct {
        const char *dialect;
        struct span text;
        bool yes;
    } rows[] = {
        {NULL, TEXT("# a"), true},       {NULL, TEXT("#a"), false},        {NULL, TEXT("> a"), true},
        {NULL, TEXT("***"), true},       {NULL, TEXT("=="), true},         {NULL, TEXT("== a"), false},
        {NULL, TEXT("~~~"), true},       {NULL, TEXT("``"), false},        {NULL, TEXT("1. a"), true},
        {NULL, TEXT("1.a"), false},      {NULL, TEXT("1"), false},         {NULL, TEXT("a"), false},
        {NULL, TEXT(""), false},         {NULL, TEXT("\0"), false},        {NULL, TEXT("|"), false},
        {"", TEXT("# a"), false},        {"discord", TEXT("> a"), true},   {"discord", TEXT(">a"), false},
        {"slack", TEXT(">a"), true},     {"discord", TEXT("# a"), true},   {"discord", TEXT("- a"), true},
        {"discord", TEXT("~~~"), false}, {"discord", TEXT("12) a"), true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = rows[i].dialect;
        const struct dialect *d = dialect_find((struct span){name, name ? strlen(name) : 0});
        CHECK_THAT(blocks_starts(d, rows[i].text, 0) == rows[i].yes, "%s", rows[i].text.p);
    }
    struct cursor none = {.text = {"-", 1}};
    CHECK(!start_rule(&none, 0) && !start_heading(&none, 0) && !start_underline(&none, 0));
    CHECK(!start_item(&none, 0, false, &(unsigned){0}) && span_blank(&none, 0));
}

/* Whether the first line is a table's, which takes a look at the second one. */
static void heads(void)
{
    static const struct row rows[] = {
        {NULL, TEXT("a|b\n-|-"), "1"},   {NULL, TEXT("> a|b\n> -|-"), "1"},
        {NULL, TEXT("a|b\n"), "0"},      {NULL, TEXT("a|b"), "0"},
        {NULL, TEXT("a|b\n \t>"), "0"},  {NULL, TEXT("a|b\n\0-|-"), "0"},
        {NULL, TEXT("# a|b\n-|-"), "0"}, {"slack", TEXT("a|b\n-|-"), "0"},
        {NULL, TEXT("a|b\n---"), "0"},   {NULL, TEXT("|\n|-|"), "1"},
        {NULL, TEXT("||\n|-|"), "1"},    {NULL, TEXT("a|b|\\|\r\n|-|-|-|\r"), "1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = rows[i].dialect;
        struct blocks b = {.dialect = dialect_find((struct span){name, name ? strlen(name) : 0})};
        blocks_line(&b, rows[i].text, 0);
        CHECK_THAT(blocks_head(&b, rows[i].text) == (*rows[i].want == '1'), "%s", rows[i].text.p);
    }
    CHECK(!start_table((struct span){"", 0}, (struct span){"|-", 2}));
    CHECK(!start_table((struct span)TEXT("a|b"), (struct span){"", 0}));
}

/* Only so many nested constructs are open at a time; the outer ones are. */
static void nesting(void)
{
    struct span text = TEXT("****************************************");
    struct split_rule r = {100, false, NULL};
    struct marks m = {0};
    struct open o = {0};
    for (uint32_t i = 0; i < 18; i++)
        marks_add(&m, &(struct mark){i, i + 1, 39 - i, 40 - i, .mends = true});
    open_sync(&o, &m, text, &r, 20);
    CHECK(o.n == MARKS_DEPTH && o.next == 18 && o.v[0].mark.from == 0 && o.v[15].mark.from == 15);
    open_sync(&o, &m, text, &r, 39);
    CHECK(o.n == 1 && o.v[0].mark.from == 0);
    open_sync(&o, &m, text, &r, 40);
    CHECK(o.n == 0);
    marks_free(&m);
}

/* A block of code behind the marker of an item is closed and opened again in the marker's columns. */
static void indents(void)
{
    static const struct {
        struct span before;
        size_t blanks;
    } rows[] = {
        {TEXT(""), 0},
        {TEXT("- "), 2},
        {TEXT("10) "), 4},
        {TEXT("a\n1. "), 3},
        {TEXT("> - "), 2},
        {TEXT(">* "), 2},
        {TEXT("a "), 0},
        {TEXT("1 "), 2},
        {TEXT(">"), 0},
        {TEXT("\t+\t"), 0},
        {TEXT("-\0"), 0},
        {TEXT("                                "), 0},
        {TEXT("                               "), 31},
        {TEXT("1234567890123456789012345678901234567890123456789012345678901234567890"), 0},
    };
    struct split_rule r = {1000, false, NULL};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = {0}, out = {0}, want = {0};
        struct open o = {0};
        struct marks m = {0};
        buf_span(&text, rows[i].before);
        uint32_t at = (uint32_t)text.len;
        buf_str(&text, "```\na\nb\n```");
        marks_add(&m, &(struct mark){at, at + 3, at + 7, at + 11, .mends = true, .block = true});
        open_sync(&o, &m, buf_as_span(&text), &r, at + 5);
        struct mend mend = open_mend(&o, &r, at + 5, 0);
        open_close(&out, &o, &mend, buf_as_span(&text), span_of("> "));
        buf_str(&want, "\n> ");
        add_times(&want, rows[i].blanks, " ");
        buf_str(&want, "\n```");
        CHECK_THAT(mend.which == 1 && reads(&out, buf_cstr(&want)), "row %zu", i);
        marks_free(&m);
        buf_free(&text);
        buf_free(&out);
        buf_free(&want);
    }
}

int main(void)
{
    constructs();
    bounds();
    ticks();
    sorting();
    blocks();
    starts();
    heads();
    nesting();
    indents();
    return failures > 0;
}
