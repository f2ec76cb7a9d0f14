/* SPDX-License-Identifier: MIT */
/* Properties of splitting, on random texts: split [TEXTS [SEED]]. With "lengths" instead: reads
 * lines of tests/vectors/length.ndjson and compares. Prints what fails and the seed; exit status 1. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unigbrk.h>

#include "base/num.h"
#include "base/text.h"
#include "send/split.h"
#include "json/json.h"

static uint64_t state;

static size_t random_below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state >> 11) % n;
}

/* The pieces of random texts; the first letter of a recipe picks from these. */
static const char *const pieces[] = {
    "👨‍👩‍👧‍👦",
    "👍🏽",
    "🇩🇪",
    "🇫🇷",
    "❤️‍🔥",
    "🙂",
    "e\u0301",
    "a\u0308\u0323\u0301",
    "한",
    "각",
    "क्षि",
    "日本",
    "語。",
    "「漢字」",
    "مرحبا ",
    "x",
    "word ",
    "longerword ",
    "Sentence. ",
    "What?! ",
    "(done.) ",
    "\"quoted.\" ",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n",
    "\n\n\n",
    "\u00a0",
    "\u2028",
    "\u200d",
    "\u3000",
    " \u0301",
    "http://example.org/a/b?c=d-e",
    "```",
    "\n```\n",
    "\n```py\n",
    "\n```c title=\"x y\"\r\n",
    "\n~~~\n",
    "\n~~~~ruby\n",
    "\n  ```sh\n",
    "\n  ```\n",
    "code();\n",
    "    indented {\n",
    "}\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "0123456789",
    "\r",
    "**",
    "*",
    "_",
    "__",
    "~~",
    "||",
    "`",
    "``",
    "[",
    "](http://x/)",
    "<a@b>",
    "\\",
    "\n- ",
    "\n12. ",
    "\n> ",
    "\n>>> ",
    "\n    ",
    "\n# ",
    "\n===\n",
    "\n| a | b |\n|---|---|\n| c | d |\n",
    "| c | d |\n",
    "\n  - ",
    "\n\t",
    "\u0600",
    "\x01",
    "ﷺ",
    "𝒳",
};

enum { PIECES = sizeof pieces / sizeof *pieces };

/* A text of at most about n bytes, of a random choice of pieces. */
static void make_text(struct buf *out, size_t n)
{
    const char *some[12];
    size_t kinds = 1 + random_below(12);
    for (size_t i = 0; i < kinds; i++)
        some[i] = pieces[random_below(PIECES)];
    if (random_below(20) == 0) { /* an endless cluster */
        buf_str(out, "z");
        for (size_t i = random_below(200); i--;)
            buf_str(out, "\u0301");
    }
    while (out->len < n)
        buf_str(out, some[random_below(kinds)]);
}

static const char *problem;

static bool expect(bool ok, const char *what)
{
    if (!ok && !problem)
        problem = what;
    return ok;
}

static bool is_white(struct span t, size_t *i)
{
    static const char *const white[] = {" ",  "\t",       "\n",     "\v",     "\f",
                                        "\r", "\xc2\x85", "\u2028", "\u3000", NULL};
    for (size_t w = 0; white[w]; w++)
        if (t.n - *i >= strlen(white[w]) && memcmp(t.p + *i, white[w], strlen(white[w])) == 0) {
            *i += strlen(white[w]);
            return true;
        }
    return false;
}

static bool white_only(struct span t, size_t i)
{
    while (i < t.n)
        if (!is_white(t, &i))
            return false;
    return true;
}

/* Finds the part in the text from *i on, skipping white space before it. A part of only white space is
 * allowed only at a cut cluster. */
static bool locate(struct span part, struct span text, const char *breaks, size_t *i)
{
    bool white = white_only(part, 0);
    for (;;) {
        size_t to = *i + part.n;
        if (part.n && to <= text.n && memcmp(part.p, text.p + *i, part.n) == 0 &&
            !(white && (to == text.n || breaks[to])))
            return true;
        if (!is_white(text, i))
            return false;
    }
}

/* Whether every cut is at the end of a cluster, except in one that is too long. */
static bool whole_clusters(struct span text, const char *breaks, size_t at, const struct split_rule *r)
{
    if (at == 0 || at >= text.n || breaks[at])
        return true;
    size_t from = at, to = at;
    while (!breaks[from])
        from--;
    while (to < text.n && !breaks[to])
        to++;
    return split_length(r, (struct span){text.p + from, to - from}) > r->max;
}

/* Appends the text without white space and quote marks, which lines that are moved to the left may lose. */
static void add_ink(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n;)
        if (text.p[i] == '>')
            i++;
        else if (!is_white(text, &i))
            buf_ch(out, text.p[i++]);
}

/* Removes what was added at the ends of the part: false if the part does not begin and end with that. */
static bool take_off(struct span *part, struct span before, struct span after)
{
    if (part->n < before.n + after.n || (before.n && memcmp(part->p, before.p, before.n) != 0) ||
        (after.n && memcmp(part->p + part->n - after.n, after.p, after.n) != 0))
        return false;
    part->p += before.n;
    part->n -= before.n + after.n;
    return true;
}

/* For a text without code: each part must be a piece of it. */
static bool check_piece(struct span part, struct span text, const char *breaks, const struct split_rule *r,
                        size_t *i)
{
    if (!expect(locate(part, text, breaks, i), "a part is not in the text"))
        return false;
    expect(whole_clusters(text, breaks, *i, r) && whole_clusters(text, breaks, *i + part.n, r),
           "a cluster is cut");
    *i += part.n;
    return true;
}

static void check(struct span text, const struct split_rule *r)
{
    struct split s = {0};
    struct buf part = {0}, before = {0}, got = {0}, want = {0};
    size_t i = 0, parts = 0;
    char *breaks = xmalloc(text.n + 1);
    u8_grapheme_breaks((const uint8_t *)text.p, text.n, breaks);
    bool white = white_only(text, 0), fits = split_length(r, text) <= r->max;
    split_start(&s, text, r);
    for (;; parts++) {
        before.len = part.len = 0;
        buf_span(&before, buf_as_span(&s.before));
        if (!split_next(&s, &part) || problem)
            break;
        struct span p = buf_as_span(&part);
        expect(split_length(r, p) <= r->max, "a part is too long");
        expect(text_valid(p.p, p.n), "a part is not UTF-8");
        expect(take_off(&p, buf_as_span(&before), buf_as_span(&s.after)), "what is added is not at the ends");
        add_ink(&got, p);
        if (!r->dialect->code && !white && !check_piece(p, text, breaks, r, &i))
            break;
    }
    add_ink(&want, text);
    expect(span_same(buf_as_span(&got), buf_as_span(&want)), "text is lost");
    expect(!fits || parts == 1, "a text that fits is cut");
    expect(parts <= 4 + 12 * split_length(r, text) / r->max || r->max < 40, "there are too many parts");
    buf_free(&part);
    buf_free(&before);
    buf_free(&got);
    buf_free(&want);
    split_free(&s);
    free(breaks);
}

/* Every limit, unit and dialect. */
static void check_all(struct span text)
{
    static const size_t limits[] = {1, 2, 3, 5, 8, 10, 13, 20, 40, 60, 100, 280, 2000};
    static const char *const dialects[] = {"", "discord", "slack", "markdown_v2", "commonmark"};
    enum { DIALECTS = sizeof dialects / sizeof *dialects };
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++)
        for (unsigned kind = 0; kind < 2 * DIALECTS && !problem; kind++) {
            struct split_rule r = {limits[l], kind & 1, dialect_find(span_of(dialects[kind / 2]))};
            if (split_possible(&r, text))
                check(text, &r);
            if (!problem)
                continue;
            struct buf shown = {0};
            json_quote(&shown, text.p, text.n);
            printf("limit %zu %s, dialect '%s': %s\n%s\n", r.max, r.utf16 ? "utf16" : "chars",
                   dialects[kind / 2], problem, buf_cstr(&shown));
            buf_free(&shown);
        }
}

/* Texts on which splitting once failed. */
static void check_known(void)
{
    static const char *const texts[] = {
        "\u2028\n        code", /* a gap at the start, before a line that goes on */
    };
    struct buf text = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text.len = 0;
        buf_str(&text, texts[i]);
        check_all(buf_as_span(&text));
    }
    buf_free(&text);
}

static void check_random(size_t texts, uint64_t seed)
{
    struct buf text = {0};
    for (size_t t = 0; t < texts && !problem; t++) {
        state = seed + t * 0x9e3779b97f4a7c15U;
        state += !state;
        random_below(1);
        text.len = 0;
        make_text(&text, random_below(t % 10 ? 600 : 6000));
        check_all(buf_as_span(&text));
        if (problem)
            printf("text %zu, seed %" PRIu64 "\n", t, seed);
    }
    buf_free(&text);
}

/* Lines of {"text", "chars", "utf16"}. */
static void check_lengths(void)
{
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0 && !problem;) {
        struct buf text = {0}, got = {0};
        struct span o = {line, (size_t)n}, chars = json_find(o, "chars"), utf16 = json_find(o, "utf16");
        json_decode(&text, json_find(o, "text"));
        struct span t = buf_as_span(&text);
        buf_printf(&got, "%zu %zu", split_length(&(struct split_rule){1, false, NULL}, t),
                   split_length(&(struct split_rule){1, true, NULL}, t));
        char want[64];
        snprintf(want, sizeof want, "%.*s %.*s", (int)chars.n, chars.p, (int)utf16.n, utf16.p);
        if (!expect(strcmp(buf_cstr(&got), want) == 0, "a length is wrong"))
            printf("%s, not %s: %s", buf_cstr(&got), want, line);
        buf_free(&text);
        buf_free(&got);
    }
    free(line);
}

int main(int argc, char **argv)
{
    int64_t texts = 1000, seed = (int64_t)time(NULL);
    if (argc > 1 && strcmp(argv[1], "lengths") == 0) {
        check_lengths();
        return problem ? 1 : 0;
    }
    if ((argc > 1 && !number_parse(argv[1], 1, 1 << 30, &texts)) ||
        (argc > 2 && !number_parse(argv[2], 0, INT64_MAX, &seed))) {
        fputs("usage: split [TEXTS [SEED]] | lengths\n", stderr);
        return 64;
    }
    check_known();
    check_random((size_t)texts, (uint64_t)seed);
    printf("%" PRId64 " texts, seed %" PRId64 ": %s\n", texts, seed, problem ? problem : "all well");
    return problem ? 1 : 0;
}
