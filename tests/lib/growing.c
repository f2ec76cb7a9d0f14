/* SPDX-License-Identifier: MIT */
/* A text that is shown while it grows, against a model of a chat: random texts in random pieces, and random
 * results, refusals and losses. What is then in the chat is what was printed, once, or it is marked.
 * growing [ROUNDS [SEED]] */
#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/text.h"
#include "check.h"
#include "send/breaks.h"
#include "send/growing.h"

static uint64_t state;

static size_t random_below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state >> 11) % n;
}

static bool one_in(size_t n)
{
    return n && random_below(n) == 0;
}

static bool has_mark(struct span t, bool end)
{
    size_t n = strlen(LAYOUT_MARK);
    return t.n >= n && memcmp(end ? t.p + t.n - n : t.p, LAYOUT_MARK, n) == 0;
}

/* ---- the model of a chat ---- */

enum { MESSAGES = 2048 };

static struct message {
    struct buf text;
    bool known;   /* whoever sent it knows its id */
    bool sure;    /* … and that it shows what was asked for last */
    bool refused; /* an edit of it was refused */
} chat[MESSAGES];
static size_t messages;

/* How often something goes wrong: one request in so many; 0: never. */
static struct odds {
    size_t lost, later, refused, declined, nameless;
} odds;

static struct run {
    struct growing *g;
    struct split_rule rule;
    struct buf text;
    size_t requests, texts, ink;
    int64_t now;
    bool edits, adrift; /* adrift: nobody knows whether the last message is there */
    bool declined;      /* a request was declined: nothing may follow but that edit */
} run;

static void post(const struct growing_request *r, enum growing_result result, struct span *id)
{
    static char name[16];
    struct message *m = &chat[messages++];
    m->text.len = 0;
    buf_span(&m->text, r->content);
    snprintf(name, sizeof name, "%zu", messages);
    m->refused = false;
    m->known = m->sure = result == GROWING_GOOD && !one_in(odds.nameless);
    *id = span_of(m->known ? name : "");
}

static struct message *find(struct span id)
{
    char name[16];
    snprintf(name, sizeof name, "%.*s", (int)id.n, id.p);
    size_t i = (size_t)atoi(name);
    CHECK_THAT(i >= 1 && i <= messages, "message %s", name);
    return &chat[i - 1];
}

static enum growing_result fate(void)
{
    return one_in(odds.lost)       ? GROWING_UNSURE
           : one_in(odds.later)    ? GROWING_LATER
           : one_in(odds.declined) ? GROWING_DECLINED
           : one_in(odds.refused)  ? GROWING_BAD
                                   : GROWING_GOOD;
}

/* Answers a request, and does it or not. */
static void answer(const struct growing_request *r)
{
    enum growing_result result = fate();
    struct span id = {NULL, 0};
    bool done = result == GROWING_GOOD || (result == GROWING_UNSURE && one_in(2));
    run.requests++;
    CHECK(!run.declined || (r->edit && has_mark(r->content, true)));
    if (!r->edit && result <= GROWING_UNSURE)
        run.adrift = result == GROWING_UNSURE;
    run.declined |= result == GROWING_DECLINED;
    CHECK(r->content.n && split_length(&run.rule, r->content) <= run.rule.max);
    CHECK(text_valid(r->content.p, r->content.n));
    if (r->edit) {
        struct message *m = find(r->message);
        CHECK(m->known && run.rule.max);
        m->refused |= result >= GROWING_LATER;
        m->sure = result != GROWING_UNSURE && (m->sure || done);
        if (done) {
            m->text.len = 0;
            buf_span(&m->text, r->content);
        }
    } else if (done) {
        post(r, result, &id);
    }
    growing_settle(run.g, result, id, run.now + (int64_t)random_below(50));
}

/* ---- texts ---- */

static const char *const plain[] = {" ", " ", " ", "\n", "\n\n", ".  ", "! ", "\n\n\n", " \n", "é ", "日本 "};
static const char *const code[] = {" ",  " ",   "\n",  "\n\n", "\n```c\n", "\n```\n",
                                   ". ", "** ", " **", "||",   "`"};

/* The ink at a place in a text: each is another character, every third one outside the BMP. */
static void add_ink(size_t i)
{
    text_encode(&run.text, (uint32_t)(i % 3 ? 0x4e00 + i : 0x12000 + i));
}

static void make_text(bool rich)
{
    size_t words = 1 + random_below(one_in(4) ? 150 : 40);
    run.text.len = run.ink = 0;
    for (size_t i = 0; i < words; i++) {
        for (size_t n = 1 + random_below(6); n; n--)
            add_ink(run.ink++);
        buf_str(&run.text, (rich ? code : plain)[random_below(sizeof plain / sizeof *plain)]);
    }
}

/* Which ink the character at *i is, and goes on behind it; SIZE_MAX: none. */
static size_t ink_at(struct span t, size_t *i)
{
    uint32_t c;
    *i += code_point_at(t, *i, &c);
    return c >= 0x12000 && c < 0x12000 + 900 ? c - 0x12000
           : c >= 0x4e00 && c < 0x4e00 + 900 ? c - 0x4e00
                                             : SIZE_MAX;
}

/* ---- what is in the chat in the end ---- */

/* The messages show the text in order and nothing twice; what is missing between two of them is marked.
 * Returns how much of the ink is there, without what is missing. */
static size_t check_pieces(void)
{
    size_t next = 0, missing = 0;
    bool gap = false; /* a message may show no more than the mark and something that is closed */
    for (size_t m = 0; m < messages; m++) {
        struct span t = buf_as_span(&chat[m].text);
        gap |= has_mark(t, false);
        for (size_t i = 0; i < t.n;) {
            size_t ink = ink_at(t, &i);
            if (ink == SIZE_MAX)
                continue;
            CHECK_THAT(ink == next || (ink > next && gap), "ink %zu after %zu in message %zu", ink, next, m);
            missing += ink - next;
            next = ink + 1;
            gap = false;
        }
    }
    return next - missing;
}

static void check_chat(enum layout_end end)
{
    enum growing_state s = growing_state(run.g);
    struct message *last = messages ? &chat[messages - 1] : NULL;
    size_t there = check_pieces(), all = 0;
    for (size_t i = 0; i < run.text.len;)
        all += ink_at(buf_as_span(&run.text), &i) != SIZE_MAX;
    if (s == GROWING_NOTHING) {
        CHECK(end == LAYOUT_CUT && !messages);
        return;
    }
    CHECK(s != GROWING_ON &&
          (s == GROWING_SHOWN || odds.lost || odds.refused || odds.declined || odds.later));
    if (s == GROWING_SHOWN)
        CHECK_THAT(there == all, "%zu of %zu are in the chat", there, all);
    if (s == GROWING_SHOWN && end == LAYOUT_CUT)
        CHECK(last && has_mark(buf_as_span(&last->text), true));
    if (s == GROWING_DOUBT)
        CHECK(odds.lost);
    if (s == GROWING_REFUSED && run.edits && !run.adrift && last && last->known && last->sure &&
        !last->refused)
        CHECK(has_mark(buf_as_span(&last->text), true));
}

/* ---- the runs ---- */

static void make_requests(bool all)
{
    struct growing_request r;
    while (growing_next(run.g, run.now, &r) || (all && growing_due(run.g) < INT64_MAX)) {
        if (!growing_waits(run.g)) {
            run.now = growing_due(run.g);
            continue;
        }
        size_t before = run.requests;
        answer(&r);
        CHECK(run.requests == before + 1 && messages < MESSAGES);
        if (!all && one_in(3))
            return;
    }
}

static void grow(enum layout_end end)
{
    size_t n = 0;
    while (n < run.text.len && !(end == LAYOUT_CUT && n && one_in(20))) {
        n += 1 + random_below(one_in(8) ? 200 : 20);
        n = n < run.text.len ? n : run.text.len;
        while (n < run.text.len && (run.text.p[n] & 0xc0) == 0x80)
            n++;
        growing_text(run.g, (struct span){run.text.p, n}, LAYOUT_GROWS);
        run.texts++;
        run.now += 10;
        make_requests(false);
    }
    run.text.len = n;
    growing_text(run.g, buf_as_span(&run.text), end);
    make_requests(true);
}

static void begin(const char *dialect, size_t max, bool edits)
{
    run.rule = (struct split_rule){.max = max, .utf16 = one_in(2), .dialect = dialect_find(span_of(dialect))};
    run.g = growing_new(&(struct growing_rule){run.rule, edits});
    run.requests = run.texts = messages = 0;
    run.now = 1000;
    run.declined = run.adrift = false;
    run.edits = edits;
}

static void test_random(void)
{
    static const char *const dialects[] = {"plain", "discord", "commonmark", "slack", "telegram"};
    size_t kind = random_below(4);
    enum layout_end end = one_in(3) ? LAYOUT_CUT : LAYOUT_WHOLE;
    bool rich = one_in(3), edits = !one_in(5);
    odds = (struct odds){0};
    if (kind)
        odds = (struct odds){one_in(2) ? 1 + random_below(20) : 0, one_in(2) ? 2 + random_below(20) : 0,
                             one_in(2) ? 2 + random_below(30) : 0, one_in(4) ? 10 + random_below(50) : 0,
                             one_in(4) ? 3 + random_below(20) : 0};
    begin(dialects[random_below(rich ? 5 : 2)], 20 + random_below(100), edits);
    make_text(rich);
    grow(end);
    check_chat(end);
    if (!kind && edits)
        CHECK_THAT(run.requests <= run.texts + 1 + (rich ? 6 : 2) * messages,
                   "%zu requests for %zu texts in %zu messages", run.requests, run.texts, messages);
    growing_free(run.g);
}

/* ---- by hand ---- */

/* Shows the text, all going well; the messages in the chat then, joined by "|". */
static const char *shows(const char *text, enum layout_end end)
{
    static struct buf all;
    growing_text(run.g, span_of(text), end);
    odds = (struct odds){0};
    make_requests(true);
    all.len = 0;
    for (size_t i = 0; i < messages; i++) {
        buf_str(&all, i ? "|" : "");
        buf_span(&all, buf_as_span(&chat[i].text));
    }
    return buf_cstr(&all);
}

#define SHOWS(text, end, want)                             \
    do {                                                   \
        const char *have_ = shows(text, end);              \
        CHECK_THAT(strcmp(have_, want) == 0, "%s", have_); \
    } while (0)

static void test_ends(void)
{
    begin("discord", 39, true);
    SHOWS("see:\n```c\nint a", LAYOUT_GROWS, "see:\n```c\nint a\n```");
    SHOWS("see:\n```c\nint a;\n```\nthis ||is secr", LAYOUT_GROWS,
          "see:\n```c\nint a;\n```\nthis ||is secr||");
    SHOWS("see:\n```c\nint a;\n```\nthis ||is secret||.", LAYOUT_WHOLE,
          "see:\n```c\nint a;\n```|this ||is secret||.");
    CHECK(growing_state(run.g) == GROWING_SHOWN && span_eq(growing_message(run.g, 1), "2"));
    CHECK(!growing_message(run.g, 2).p);
    growing_free(run.g);
    begin("", 20, true);
    SHOWS("one two", LAYOUT_GROWS, "one two");
    SHOWS("one two three \n", LAYOUT_CUT, "one two three …");
    growing_free(run.g);
    begin("commonmark", 60, true);
    SHOWS("- a", LAYOUT_GROWS, "- a");
    SHOWS("- a\n\n  ```\n  b", LAYOUT_CUT, "- a\n\n  ```\n  b\n  ```\n…");
    growing_free(run.g);
}

static void test_paragraphs(void)
{
    begin("discord", 40, false);
    SHOWS("one\ntwo\n", LAYOUT_GROWS, "");
    SHOWS("one\ntwo\n\nthree ```x\n\ny", LAYOUT_GROWS, "one\ntwo");
    SHOWS("one\ntwo\n\nthree ```x\n\ny``` z\n\n \n\nfour", LAYOUT_GROWS, "one\ntwo|three ```x\n\ny``` z");
    SHOWS("one\ntwo\n\nthree ```x\n\ny``` z\n\n \n\nfour", LAYOUT_WHOLE,
          "one\ntwo|three ```x\n\ny``` z|four");
    growing_free(run.g);
}

/* A text that does not begin with the one before comes to an end, too. */
static void test_other(void)
{
    begin("", 20, true);
    SHOWS("one two three four five six", LAYOUT_GROWS, "one two three four|five six");
    SHOWS("\u00e9t\u00e9", LAYOUT_GROWS, "\u00e9t\u00e9|five six");
    SHOWS("\u00e9t\u00e9 \u00e9t\u00e9 \u00e9t\u00e9", LAYOUT_WHOLE,
          "\u00e9t\u00e9|\u00e9t\u00e9 \u00e9t\u00e9");
    growing_free(run.g);
}

/* A request that was refused for a time keeps its number and shows the newest text. */
static void test_later(void)
{
    struct growing_request r;
    begin("", 100, true);
    growing_text(run.g, span_of("one"), LAYOUT_GROWS);
    CHECK(growing_next(run.g, 0, &r) && r.first && r.part == 1 && !r.last && !growing_next(run.g, 0, &r));
    growing_settle(run.g, GROWING_LATER, (struct span){NULL, 0}, 500);
    growing_text(run.g, span_of("one two"), LAYOUT_GROWS);
    CHECK(growing_due(run.g) == 500 && !growing_next(run.g, 499, &r));
    CHECK(growing_next(run.g, 500, &r) && r.first && r.part == 1 && span_eq(r.content, "one two"));
    growing_settle(run.g, GROWING_GOOD, span_of("m1"), 0);
    growing_text(run.g, span_of("one two three"), LAYOUT_GROWS);
    CHECK(growing_next(run.g, 500, &r) && r.edit && r.part == 2 && span_eq(r.message, "m1"));
    growing_text(run.g, span_of("one two three four"), LAYOUT_WHOLE);
    growing_settle(run.g, GROWING_LATER, (struct span){NULL, 0}, 900);
    CHECK(!growing_next(run.g, 600, &r) && growing_state(run.g) == GROWING_ON);
    CHECK(growing_next(run.g, 900, &r) && r.part == 2 && r.last && span_eq(r.content, "one two three four"));
    growing_settle(run.g, GROWING_GOOD, (struct span){NULL, 0}, 0);
    CHECK(!growing_next(run.g, 900, &r) && growing_state(run.g) == GROWING_SHOWN);
    growing_free(run.g);
}

int main(int argc, char **argv)
{
    int64_t rounds = 2500, seed = 1;
    if (argc > 1)
        number_parse(argv[1], 1, INT64_MAX, &rounds);
    if (argc > 2)
        number_parse(argv[2], 1, INT64_MAX, &seed);
    test_ends();
    test_paragraphs();
    test_later();
    test_other();
    for (int64_t i = 0; i < rounds && !failures; i++) {
        state = (uint64_t)(seed + i) * 0x9e3779b97f4a7c15U;
        test_random();
        if (failures)
            printf("round %" PRId64 " (growing 1 %" PRId64 ")\n", i, seed + i);
    }
    return failures != 0;
}
