/* SPDX-License-Identifier: MIT */
/* The framer against a model that looks at one byte at a time: random messages in random pieces, with lines
 * taken now and then. */
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "framer_model.h"

enum { CASES = 20000 };

static unsigned below(unsigned n)
{
    static uint64_t x = 1;
    x = x * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(x >> 33) % n;
}

static void random_message(struct buf *b)
{
    static const char *const words[] = {
        "{\"type\":\"a\"}",    "{", "}", "\n", "\"", "\\", "[", "]", "x", " ", "{}", "{\"}\":\"\\\"\"}",
        "xxxxxxxxxxxxxxxxxxxx"};
    for (unsigned n = below(6); n; n--)
        buf_str(b, words[below(sizeof words / sizeof *words)]);
}

static void test_random(void)
{
    for (int i = 0; i < CASES; i++) {
        struct stream s = {.lines.max = MOST};
        struct model m = {0};
        struct buf message = {0}, have = {0};
        for (unsigned n = 1 + below(6); n; n--) {
            message.len = 0;
            random_message(&message);
            size_t at = 0;
            do {
                size_t k = below((unsigned)(message.len - at) + 2);
                k = k > message.len - at ? message.len - at : k;
                at += k;
                bool late = at == message.len && below(4) == 0; /* an empty last piece */
                stream_feed(&s, (struct span){message.p + at - k, k}, at == message.len && !late);
                if (late)
                    stream_feed(&s, (struct span){"", 0}, true);
                if (below(2))
                    take(&s, &have);
            } while (at < message.len);
            for (size_t j = 0; j < message.len; j++)
                model_byte(&m, message.p[j]);
            model_message_ends(&m);
        }
        take(&s, &have);
        if (m.line.len > MOST) /* reported as soon as it is known */
            buf_str(&m.out, "LONG\n");
        CHECK_THAT(holds(&have, buf_as_span(&m.out)), "case %d", i);
        CHECK_THAT(stream_torn(&s) == (m.line.len > MOST ? 0 : m.line.len), "case %d", i);
        stream_free(&s);
        buf_free(&m.line);
        buf_free(&m.out);
        buf_free(&message);
        buf_free(&have);
    }
}

static void test_rows(void)
{
    /* Messages end at '|'. */
    static const char *const rows[][2] = {
        {"{\"a\":1}|{\"b\":2}\n|", "{\"a\":1}\n{\"b\":2}\n"},
        {"{\"a\":1} x|{\"b\":2}\n|", "{\"a\":1} x\n{\"b\":2}\n"},
        {"{\"a\":|1}\n|", "{\"a\":1}\n"},
        {"{\"a\":\"}|\"}|", "{\"a\":\"}\"}\n"},
        {"[{}]|\n|", "[{}]\n"},
        {"{}||{}|", "{}\n{}\n"},
        {" |{}|", " {}\n"},
        {"{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxx|\"}|{}|", "LONG\n{}\n"},
    };
    struct buf have = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stream s = {.lines.max = MOST};
        for (const char *p = rows[i][0]; *p; p += strcspn(p, "|") + 1) {
            stream_feed(&s, (struct span){p, strcspn(p, "|")}, true);
            take(&s, &have);
        }
        CHECK_THAT(reads(&have, rows[i][1]), "row %zu", i);
        stream_free(&s);
    }
    buf_free(&have);
}

/* A new connection starts afresh, whatever the previous one left behind. */
static void test_reset(void)
{
    struct stream s = {.lines.max = MOST};
    struct span line;
    stream_feed(&s, span_of("{\"type\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"), true);
    CHECK(stream_next(&s, &line) == READER_LONG);
    stream_reset(&s);
    stream_feed(&s, span_of("{}"), true);
    CHECK(stream_next(&s, &line) == READER_LINE && span_eq(line, "{}"));
    CHECK(stream_torn(&s) == 0);
    stream_free(&s);
}

int main(void)
{
    test_rows();
    test_reset();
    test_random();
    return failures != 0;
}
