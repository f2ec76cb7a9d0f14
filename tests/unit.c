/* SPDX-License-Identifier: MIT */
/* The ground: JSON by spans, numbers, lines in and bytes out, text. With the argument "json": says of each
 * line of stdin whether it is JSON, 1 or 0. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "relay/frame.h"
#include "base/io.h"
#include "base/num.h"
#include "base/text.h"

/* A literal with the NULs it may have in it. */
#define ROW(literal)                                                                                         \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }
#define TEXT(literal) ((struct span)ROW(literal))

static bool valid(struct span s)
{
    struct json_error e = {NULL, 0};
    struct json_members o = {0};
    char *tight = xmalloc(s.n); /* so that a sanitizer sees a read past the end */
    memcpy(tight, s.p, s.n);
    bool good = json_valid(tight, s.n, &e);
    CHECK(good == !e.reason && e.at <= s.n);
    if (good && s.p[0] == '{')
        CHECK(json_scan(&o, tight, s.n, &e));
    json_members_free(&o);
    free(tight);
    return good;
}

static void test_valid(void)
{
    static const struct span good[] = {
        ROW("0"),
        ROW("-0"),
        ROW("-0.0e+00"),
        ROW("1E400"),
        ROW("123456789012345678901234567890"),
        ROW("\"\""),
        ROW("\"\x7f\""),
        ROW("\"\\u0000\\ud800\\udfff\\uDbFf\""),
        ROW("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
        ROW(" \t\r\n[ ]\n"),
        ROW("{}"),
        ROW("{\"\":{\"\":[]},\"\":1}"),
        ROW("[null,true,false,[{}]]"),
        ROW("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf"
            "\xbf\""),
        ROW("\"1234567\xc3\xa9"
            "12345678\xe2\x82\xac"
            "123456789\\\"\""),
    };
    static const struct span bad[] = {
        ROW(""),
        ROW(" "),
        ROW("\0"),
        ROW("nul"),
        ROW("nulll"),
        ROW("True"),
        ROW("NaN"),
        ROW("Infinity"),
        ROW("01"),
        ROW("-"),
        ROW("+1"),
        ROW("1."),
        ROW(".5"),
        ROW("1e"),
        ROW("1e+"),
        ROW("0x1"),
        ROW("1 2"),
        ROW("\""),
        ROW("\"\\\""),
        ROW("\"\\x\""),
        ROW("\"\\u12\""),
        ROW("\"\\u12g4\""),
        ROW("\"\\u"),
        ROW("\"\\"),
        ROW("\"a\nb\""),
        ROW("\"a\0b\""),
        ROW("\"\t\""),
        ROW("'a'"),
        ROW("\"\\\0\""),
        ROW("["),
        ROW("]"),
        ROW("[,]"),
        ROW("[1,]"),
        ROW("[1 2]"),
        ROW("[1}"),
        ROW("[1]]"),
        ROW("[1:2]"),
        ROW("{"),
        ROW("}"),
        ROW("{,}"),
        ROW("{1:2}"),
        ROW("{\"a\"}"),
        ROW("{\"a\":}"),
        ROW("{\"a\":1,}"),
        ROW("{\"a\" 1}"),
        ROW("{\"a\":1 \"b\":2}"),
        ROW("{\"a\":1]"),
        ROW("{\"a\":1}}"),
        ROW("{a:1}"),
        ROW("\xef\xbb\xbf{}"),
        ROW("[1]\0"),
        ROW("/**/1"),
        ROW("\f1"),
        ROW("\xc2\xa0"),
        ROW("\"\x80\""),
        ROW("\"\xc0\xaf\""),
        ROW("\"\xc1\xbf\""),
        ROW("\"\xe0\x80\xaf\""),
        ROW("\"\xe0\x9f\xbf\""),
        ROW("\"\xf0\x8f\xbf\xbf\""),
        ROW("\"\xed\xa0\x80\""),
        ROW("\"\xed\xbf\xbf\""),
        ROW("\"\xf4\x90\x80\x80\""),
        ROW("\"\xf5\x80\x80\x80\""),
        ROW("\"\xff\""),
        ROW("\"\xc3\""),
        ROW("\"\xe2\x82\""),
        ROW("\"\xf0\x9f\x98\""),
        ROW("\"\xc3"),
        ROW("\"1234567\x01"
            "12345678\""),
        ROW("\"12345678901\x1f\""),
        ROW("\"1234567890123456\xc3(\""),
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK_THAT(valid(good[i]), "good %zu: %.*s", i, (int)good[i].n, good[i].p);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_THAT(!valid(bad[i]), "bad %zu: %.*s", i, (int)bad[i].n, bad[i].p);
    for (int c = 0; c < 0x20; c++) {
        char text[] = {'"', 'a', 'b', 'c', 'd', 'e', 'f', (char)c, 'h', 'i', '"'};
        CHECK_THAT(!valid((struct span){text, sizeof text}), "control %d", c);
    }
}

/* Arrays, objects, or both in turn, so deep. */
static bool nested(int depth, int kind)
{
    struct buf b = {0};
    for (int i = 0; i < depth; i++)
        buf_str(&b, kind == 0 || (kind == 2 && i % 2) ? "[" : "{\"k\":");
    buf_str(&b, "1");
    for (int i = depth; i--;)
        buf_ch(&b, kind == 0 || (kind == 2 && i % 2) ? ']' : '}');
    bool good = valid(buf_as_span(&b));
    if (good && kind) {
        struct span v = json_find(buf_as_span(&b), "k");
        CHECK(v.n == b.len - 6);
    }
    buf_free(&b);
    return good;
}

static void test_depth(void)
{
    for (int kind = 0; kind < 3; kind++) {
        CHECK_THAT(nested(JSON_DEPTH, kind), "kind %d", kind);
        CHECK_THAT(!nested(JSON_DEPTH + 1, kind), "kind %d", kind);
        CHECK_THAT(nested(63, kind) && nested(64, kind) && nested(65, kind), "kind %d", kind);
    }
    char *open = xmalloc(1 << 20);
    memset(open, '[', 1 << 20);
    CHECK(!valid((struct span){open, 1 << 20}));
    free(open);
}

static void test_members(void)
{
    struct json_members o = {0};
    struct json_error e;
    struct span s = TEXT(
        " { \"a\" : 1 ,\"b\":[{\"a\":2}],\"\\u0061\":3,\"a\\u0000\":4,\"\":5,\"c\":\"}\\\"]\" } ");
    CHECK(json_scan(&o, s.p, s.n, &e) && o.n == 6);
    CHECK(span_eq(json_get(&o, "a"), "3"));
    CHECK(span_eq(json_get(&o, "b"), "[{\"a\":2}]"));
    CHECK(span_eq(json_get(&o, ""), "5"));
    CHECK(span_eq(json_get(&o, "c"), "\"}\\\"]\""));
    CHECK(!json_get(&o, "d").p && !json_get(&o, "aa").p && !json_get(&o, "A").p);
    s = (struct span){s.p + 1, s.n - 2};
    static const char *const wanted[] = {"c", "a", "d"};
    struct span got[3];
    json_pick(s, wanted, got, 3);
    CHECK(span_eq(got[0], "\"}\\\"]\"") && span_eq(got[1], "3") && !got[2].p);
    CHECK(span_eq(json_find(s, "a"), "3"));
    CHECK(!json_find(TEXT("[\"a\",1]"), "a").p && !json_find((struct span){NULL, 0}, "a").p);
    CHECK(!json_scan(&o, "[1]", 3, &e) && strcmp(e.reason, "not an object") == 0);
    CHECK(!json_scan(&o, "  7", 3, &e) && e.at == 2);
    CHECK(json_scan(&o, "{}", 2, &e) && o.n == 0);
    json_members_free(&o);
}

static void test_iter(void)
{
    static const char *const want[] = {"1", "\"a:b,]\"", "[2,{\"x\":3}]", "{}", "-1e5", "null"};
    struct json_iter it = {TEXT("[1 ,\"a:b,]\",[2,{\"x\":3}], {} ,-1e5,null ]"), false};
    struct span key = {"", 0}, value;
    size_t n = 0;
    for (; json_next(&it, &key, &value); n++)
        CHECK(n < 6 && !key.p && span_eq(value, want[n]));
    CHECK(n == 6);
    it = (struct json_iter){TEXT("[]"), false};
    CHECK(!json_next(&it, NULL, &value));
    it = (struct json_iter){TEXT("17"), false};
    CHECK(!json_next(&it, NULL, &value));
}

static void test_strings(void)
{
    struct buf b = {0};
    static const struct {
        struct span json, text;
    } rows[] = {
        {ROW("\"\""), ROW("")},
        {ROW("\"a\\u0000b\""), ROW("a\0b")},
        {ROW("\"\\b\\f\\n\\r\\t\\/\\\\\\\"\""), ROW("\b\f\n\r\t/\\\"")},
        {ROW("\"\\ud83d\\uDE00\""), ROW("\xf0\x9f\x98\x80")},
        {ROW("\"\\ud800\""), ROW("\xef\xbf\xbd")},
        {ROW("\"\\udc00\\ud800\""), ROW("\xef\xbf\xbd\xef\xbf\xbd")},
        {ROW("\"\\ud800\\u0041\""), ROW("\xef\xbf\xbd"
                                        "A")},
        {ROW("\"\\ud800\\ud83d\\ude00x\""), ROW("\xef\xbf\xbd\xf0\x9f\x98\x80x")},
        {ROW("\"\\ud800\\n\""), ROW("\xef\xbf\xbd\n")},
        {ROW("\"\\u00e9\\u20AC\xc3\xa9\""), ROW("\xc3\xa9\xe2\x82\xac\xc3\xa9")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_decode(&b, rows[i].json);
        CHECK_THAT(holds(&b, rows[i].text), "row %zu", i);
        json_quote(&b, rows[i].text.p, rows[i].text.n);
        CHECK(json_valid(b.p, b.len, &(struct json_error){0}));
        struct buf back = {0};
        json_decode(&back, buf_as_span(&b));
        CHECK_THAT(holds(&back, rows[i].text), "back %zu", i);
        buf_free(&back);
        b.len = 0;
    }
    struct span odd = TEXT("\x00\x1f\xff\xc3(\xed\xa0\x80\x7f");
    json_quote(&b, odd.p, odd.n);
    CHECK(reads(&b, "\"\\u0000\\u001f\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x7f\""));
    CHECK(json_eq(TEXT("\"a\\u0062\""), "ab") && json_eq(TEXT("\"\""), "") &&
          json_eq(TEXT("\"\\\\\""), "\\"));
    CHECK(!json_eq(TEXT("\"ab\\u0000\""), "ab") && !json_eq(TEXT("\"abc\""), "ab") &&
          !json_eq(TEXT("\"a\""), "ab"));
    CHECK(!json_eq(TEXT("1"), "1") && !json_eq((struct span){NULL, 0}, "") &&
          !json_eq(TEXT("\"\\\\\""), "\\\\"));
    json_compact(&b, TEXT("\t[ 1.0 , \" \\\" \" ,\r\n{ \"a b\" : null } ] "));
    CHECK(reads(&b, "[1.0,\" \\\" \",{\"a b\":null}]"));
    buf_free(&b);
}

static void test_kinds(void)
{
    CHECK(json_is_integer(TEXT("-12")) && !json_is_integer(TEXT("1.0")) && !json_is_integer(TEXT("1e2")) &&
          !json_is_integer(TEXT("1E2")) && !json_is_integer(TEXT("\"1\"")));
    CHECK(json_is_null(TEXT("null")) && !json_is_null((struct span){NULL, 0}));
    CHECK(json_is_bool(TEXT("false")) && !json_is_true(TEXT("false")) && json_is_true(TEXT("true")));
    CHECK(json_is_number(TEXT("-1")) && !json_is_number((struct span){NULL, 0}));
}

static void test_edit(void)
{
#define SET(name, value)                                                                                     \
    {                                                                                                        \
        name,                                                                                                \
        {                                                                                                    \
            value, sizeof(value) - 1                                                                         \
        }                                                                                                    \
    }
#define DROP(name)                                                                                           \
    {                                                                                                        \
        name,                                                                                                \
        {                                                                                                    \
            NULL, 0                                                                                          \
        }                                                                                                    \
    }
    static const struct {
        const char *object;
        struct json_edit edits[3];
        size_t n;
        const char *want;
    } rows[] = {
        {"{}", {SET("a", "1")}, 1, "{\"a\":1}"},
        {" { } ", {SET("a", "1"), SET("b", "[]")}, 2, " {\"a\":1,\"b\":[] } "},
        {"{}", {DROP("a")}, 1, "{}"},
        {"{\"a\":1}", {DROP("a")}, 1, "{}"},
        {"{\"a\":1}", {DROP("a"), SET("b", "2")}, 2, "{\"b\":2}"},
        {"{ \"a\" : 1 , \"b\" : 2 }", {SET("a", "x")}, 1, "{ \"a\" : x , \"b\" : 2 }"},
        {"{ \"a\" : 1 , \"b\" : 2 }", {DROP("a")}, 1, "{\"b\" : 2 }"},
        {"{ \"a\" : 1 , \"b\" : 2 }", {DROP("b")}, 1, "{ \"a\" : 1 }"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {DROP("b")}, 1, "{\"a\":1,\"c\":3}"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {DROP("a"), DROP("b")}, 2, "{\"c\":3}"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {DROP("c"), DROP("b"), DROP("a")}, 3, "{}"},
        {"{\"a\":1,\"b\":2,\"c\":3}", {DROP("a"), DROP("c"), SET("d", "4")}, 3, "{\"b\":2,\"d\":4}"},
        {"{\"a\":1,\"\\u0061\":2,\"b\":3}", {SET("a", "9")}, 1, "{\"\\u0061\":9,\"b\":3}"},
        {"{\"b\":0,\"a\":1,\"b\":3,\"a\":2}", {SET("a", "9")}, 1, "{\"b\":0,\"b\":3,\"a\":9}"},
        {"{\"a\":1,\"b\":3,\"a\":2}", {DROP("a")}, 1, "{\"b\":3}"},
        {"{\"a\\u0000\":1.50,\"x\":{\"a\":1}}",
         {SET("a", "9")},
         1,
         "{\"a\\u0000\":1.50,\"x\":{\"a\":1},\"a\":9}"},
        {"{\"n\":1e5}", {SET("q\"\n", "1")}, 1, "{\"n\":1e5,\"q\\\"\\n\":1}"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_edit(&b, span_of(rows[i].object), rows[i].edits, rows[i].n);
        CHECK_THAT(reads(&b, rows[i].want), "row %zu", i);
    }
    buf_free(&b);
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        int64_t want; /* -1: none */
    } durations[] = {{"0", 0},
                     {"1", 1000},
                     {"1.5", 1500},
                     {"0.001", 1},
                     {"250ms", 250},
                     {"1.9ms", 1},
                     {"2m", 120000},
                     {"0.5h", 1800000},
                     {"8760h", 31536000000},
                     {"8761h", -1},
                     {"31536001", -1},
                     {"", -1},
                     {".5", -1},
                     {"1.", -1},
                     {"1.s", -1},
                     {"-1", -1},
                     {"+1", -1},
                     {" 1", -1},
                     {"1 ", -1},
                     {"1 s", -1},
                     {"1e3", -1},
                     {"1d", -1},
                     {"1S", -1},
                     {"ms", -1},
                     {"1.5.5", -1},
                     {"99999999999999999999", -1},
                     {"0x1", -1},
                     {"1ss", -1}};
    static const struct {
        const char *text;
        int64_t want;
    } sizes[] = {{"0", 0},        {"64", 64}, {"1K", 1024},        {"16M", 16 << 20},
                 {"1G", 1 << 30}, {"k", -1},  {"1k", -1},          {"1KB", -1},
                 {"1.5K", -1},    {"-1", -1}, {"8589934592G", -1}, {"9223372036854775807", -1}};
    int64_t v;
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        v = -1;
        CHECK_THAT(duration_parse(durations[i].text, &v) == (durations[i].want >= 0) &&
                       v == durations[i].want,
                   "%s", durations[i].text);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        v = -1;
        CHECK_THAT(size_parse(sizes[i].text, 0, (int64_t)1 << 40, &v) == (sizes[i].want >= 0) &&
                       v == sizes[i].want,
                   "%s", sizes[i].text);
    }
    CHECK(number_parse("-5", -5, 5, &v) && v == -5 && number_parse("007", 0, 7, &v) && v == 7);
    CHECK(number_parse("9223372036854775807", 0, INT64_MAX, &v) && v == INT64_MAX);
    v = 3;
    static const char *const none[] = {
        "", "-", "6", "-6", "--1", "+1", "1a", " 1", "1 ", "9223372036854775808", "0x1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK_THAT(!number_parse(none[i], -5, 5, &v) && v == 3, "%s", none[i]);
}

static void test_reader_limit(void)
{
    const size_t max = 16 << 20;
    struct reader r = {.max = max};
    struct span line;
    char *big = xmalloc(max + 2);
    memset(big, 'x', max + 2);
    reader_feed(&r, big, max);
    CHECK(reader_next(&r, &line) == READER_MORE && !reader_ready(&r));
    reader_feed(&r, "\n", 1);
    CHECK(reader_ready(&r) && reader_next(&r, &line) == READER_LINE && line.n == max && r.line == 1);
    reader_feed(&r, big, max);
    CHECK(reader_next(&r, &line) == READER_MORE);
    reader_feed(&r, "x", 1);
    CHECK(reader_next(&r, &line) == READER_LONG && r.line == 2);
    CHECK(reader_next(&r, &line) == READER_MORE);
    reader_feed(&r, big, max);
    CHECK(reader_next(&r, &line) == READER_MORE && r.b.len == r.from);
    reader_feed(&r, "x\nshort\n\nlast", 13);
    CHECK(reader_next(&r, &line) == READER_LINE && span_eq(line, "short") && r.line == 3);
    CHECK(reader_next(&r, &line) == READER_LINE && line.n == 0 && r.line == 4);
    CHECK(reader_next(&r, &line) == READER_MORE);
    r.eof = true;
    CHECK(reader_next(&r, &line) == READER_LINE && span_eq(line, "last") && r.line == 5);
    CHECK(reader_next(&r, &line) == READER_MORE && r.from == r.b.len);
    reader_free(&r);
    struct reader end = {.max = 3};
    reader_feed(&end, "abcd", 4);
    end.eof = true;
    CHECK(reader_next(&end, &line) == READER_LONG && reader_next(&end, &line) == READER_MORE);
    CHECK(end.from == end.b.len);
    reader_free(&end);
    free(big);
}

/* Any way a text is cut into pieces gives the same lines. */
static void test_reader_pieces(void)
{
    static const struct span text = ROW("a\n\nbc\r\n\0\ntoolong\nxyz\nlongestone");
    unsigned seed = 7;
    for (int round = 0; round < 500; round++) {
        struct reader r = {.max = 5};
        struct buf got = {0};
        struct span line;
        for (size_t off = 0; !r.eof;) {
            seed = seed * 1103515245 + 12345;
            size_t n = (seed >> 16) % 6;
            n = n < text.n - off ? n : text.n - off;
            reader_feed(&r, text.p + off, n);
            off += n;
            r.eof = off == text.n;
            for (enum reader_got g; (g = reader_next(&r, &line)) != READER_MORE;)
                if (g == READER_LINE)
                    buf_printf(&got, "%d:%zu ", (int)r.line, line.n);
                else
                    buf_printf(&got, "%d:long ", (int)r.line);
        }
        CHECK_THAT(reads(&got, "1:1 2:0 3:3 4:1 5:long 6:3 7:long "), "round %d", round);
        buf_free(&got);
        reader_free(&r);
    }
}

static void test_reader_fill(void)
{
    int ends[2];
    struct span line;
    CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    struct reader r = {.fd = ends[0], .max = 100};
    CHECK(reader_fill(&r) && !r.eof && reader_next(&r, &line) == READER_MORE);
    CHECK(write(ends[1], "a\nb", 3) == 3 && reader_fill(&r) && reader_next(&r, &line) == READER_LINE);
    close(ends[1]);
    CHECK(reader_fill(&r) && r.eof && reader_next(&r, &line) == READER_LINE && span_eq(line, "b"));
    close(ends[0]);
    CHECK(!reader_fill(&r) && errno == EBADF);
    reader_free(&r);
}

static void test_writer(void)
{
    int ends[2];
    char sink[IO_CHUNK];
    struct writer w;
    size_t total = 0;
    signal(SIGPIPE, SIG_IGN);
    CHECK(pipe(ends) == 0);
    writer_open(&w, ends[1]);
    CHECK(!(fcntl(ends[1], F_GETFL) & O_NONBLOCK));
    for (int i = 0; i < 100; i++)
        writer_line(&w, (struct span){sink, 10000 - 1});
    memset(w.q.p, 'x', w.q.len);
    CHECK(writer_flush(&w) && writer_pending(&w) > 0 && writer_pending(&w) < 1000000);
    for (ssize_t n; total < 1000000 && (n = read(ends[0], sink, sizeof sink)) > 0; total += (size_t)n)
        CHECK(writer_flush(&w));
    CHECK(total == 1000000 && writer_pending(&w) == 0 && writer_drain(&w));
    close(ends[0]);
    writer_line(&w, TEXT("x"));
    CHECK(!writer_flush(&w) && errno == EPIPE);
    CHECK(writer_close(&w));
    writer_open(&w, open("/dev/full", O_WRONLY));
    writer_line(&w, TEXT("x"));
    CHECK(!writer_drain(&w) && errno == ENOSPC);
    writer_close(&w);
}

static void test_text(void)
{
    static const struct span trims[][2] = {
        {ROW(" a b\t"), ROW("a b")},
        {ROW("\xe3\x80\x80x\xc2\xa0\xe2\x80\xa8"), ROW("x")},
        {ROW("\x1c\x85"), ROW("\x85")},
        {ROW("\xc2\x85"), ROW("")},
        {ROW("\xa0"), ROW("\xa0")},
        {ROW("\0 "), ROW("\0")},
        {ROW("\xe2\x80\x8b"), ROW("\xe2\x80\x8b")},
        {ROW(""), ROW("")},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof trims / sizeof *trims; i++) {
        buf_span(&b, text_trim(trims[i][0]));
        CHECK_THAT(holds(&b, trims[i][1]), "row %zu", i);
    }
    struct span odd = TEXT("a\\\x1b]0;\x07\n\xc2\x9b\xe2\x80\xae\xff\0z");
    text_escape(&b, odd.p, odd.n);
    CHECK(reads(&b, "a\\\\x1b]0;\\x07\\n\\u{9b}\\u{202e}\\xff\\x00z"));
    text_flatten(&b,
                 " \x01"
                 "a \n\t\xc2\xa0"
                 "b\x7f ",
                 12);
    CHECK(reads(&b, "a b"));
    CHECK(text_utf16("a\xf0\x9f\x98\x80\xe2\x82\xac", 8) == 4 &&
          text_chars("a\xf0\x9f\x98\x80\xe2\x82\xac", 8) == 3);
    buf_free(&b);
}

static void test_frames(void)
{
    struct frame f = {0};
    struct json_error e;
    struct buf b = {0};
#define PARSES(text) frame_parse(&f, TEXT(text), &e)
    CHECK(PARSES("{\"type\":\"inb\\u006fund\",\"bufferId\":9007199254740993}") && f.type == FRAME_INBOUND);
    CHECK(frame_buffered(&f) && frame_dir(&f) == FRAME_DOWN);
    frame_ack(&b, &f);
    CHECK(reads(&b, "{\"type\":\"inbound_ack\",\"bufferId\":\"9007199254740993\"}"));
    CHECK(PARSES("{\"type\":\"inbound\",\"bufferId\":\"\"}") && !frame_buffered(&f));
    CHECK(PARSES("{\"type\":\"inbound\",\"bufferId\":null}") && !frame_buffered(&f));
    CHECK(PARSES("{\"type\":\"outbound\",\"bufferId\":\"1\"}") && !frame_buffered(&f) &&
          frame_dir(&f) == FRAME_UP);
    CHECK(PARSES("{\"op\":\"send\"}") && f.type == FRAME_ACTION);
    CHECK(PARSES("{\"type\":\"x\",\"op\":1}") && f.type == FRAME_OTHER);
    CHECK(PARSES("{\"type\":\"inbound\\u0000\"}") && f.type == FRAME_OTHER);
    CHECK(PARSES("{\"type\":1,\"type\":\"link\"}") && f.type == FRAME_LINK);
    CHECK(!PARSES("{\"type\":\"link\",\"type\":1}") && !PARSES("{\"type\":null,\"op\":\"x\"}") &&
          !PARSES("{\"op\":1}"));
    CHECK(!PARSES("{}") && !PARSES("[]") && !PARSES("\"type\""));
    CHECK(platform_decode(&b, TEXT("\" \\u0044ISCORD\\n\"")) && reads(&b, "discord"));
    CHECK(!platform_decode(&b, TEXT("\" \"")) && !platform_decode(&b, TEXT("1")));
    b.len = 0;
    CHECK(identifier_decode(&b, TEXT("1.50")) && reads(&b, "1.50") && !identifier_decode(&b, TEXT("\"\"")));
    CHECK(span_eq(identifier_text(&b, TEXT("-7e1")), "\"-7e1\"") && !identifier_text(&b, TEXT("true")).p);
    frame_free(&f);
    buf_free(&b);
}

static int judge_lines(void)
{
    struct reader r = {.fd = STDIN_FILENO, .max = 1 << 20};
    struct span line;
    while (!r.eof && reader_fill(&r))
        while (reader_next(&r, &line) == READER_LINE)
            puts(json_valid(line.p, line.n, &(struct json_error){0}) ? "1" : "0");
    reader_free(&r);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "json") == 0)
        return judge_lines();
    test_valid();
    test_depth();
    test_members();
    test_iter();
    test_strings();
    test_kinds();
    test_edit();
    test_numbers();
    test_reader_limit();
    test_reader_pieces();
    test_reader_fill();
    test_writer();
    test_text();
    test_frames();
    return failures != 0;
}
