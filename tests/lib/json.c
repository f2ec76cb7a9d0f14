/* SPDX-License-Identifier: MIT */
/* JSON as spans. With the argument "lines": prints for each line of stdin whether it is JSON, 1 or 0. */
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "check.h"
#include "json/json.h"
#include "json/write.h"

/* A literal with the NULs it may have in it. */
#define ROW(literal)                 \
    {                                \
        literal, sizeof(literal) - 1 \
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

/* Arrays, objects, or both in turn, nested that deep. */
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
    struct span c, a, d = TEXT("old");
    JSON_PICK(s, {"c", &c}, {"a", &a}, {"d", &d});
    CHECK(span_eq(c, "\"}\\\"]\"") && span_eq(a, "3") && !d.p);
    json_list(&o, s);
    JSON_PICK_MEMBERS(&o, {"d", &a}, {"a", &d});
    CHECK(!a.p && span_eq(d, "3"));
    JSON_PICK(TEXT("[\"a\",1]"), {"a", &d});
    CHECK(!d.p);
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
        {ROW("\"\\ud800\\n12345\""), ROW("\xef\xbf\xbd\n12345")},
        {ROW("\"\\ud800\\uffff\""), ROW("\xef\xbf\xbd\xef\xbf\xbf")},
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
    CHECK(json_has_text(TEXT("\"a\"")) && !json_has_text(TEXT("\"\"")) && !json_has_text(TEXT("123")) &&
          !json_has_text((struct span){NULL, 0}));
    CHECK(json_is_empty((struct span){NULL, 0}) && json_is_empty(TEXT("null")) &&
          json_is_empty(TEXT("\"\"")) && !json_is_empty(TEXT("\"a\"")) && !json_is_empty(TEXT("12")) &&
          !json_is_empty(TEXT("{}")));
    CHECK(json_is_number(TEXT("-1")) && !json_is_number((struct span){NULL, 0}));
}

static void test_edit(void)
{
#define SET(name, value)             \
    {                                \
        name,                        \
        {                            \
            value, sizeof(value) - 1 \
        }                            \
    }
#define DROP(name)  \
    {               \
        name,       \
        {           \
            NULL, 0 \
        }           \
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

static void test_write(void)
{
    struct buf b = {0};
    struct json_error e;
    json_begin(&b, '{');
    json_add_str(&b, "op", "send");
    json_add(&b, "none", (struct span){NULL, 0});
    json_add(&b, "same", TEXT("1.50"));
    json_key(&b, "list");
    json_begin(&b, '[');
    json_begin(&b, '[');
    json_end(&b, ']');
    json_put_int(&b, -7);
    json_put_str(&b, "{");
    json_put(&b, TEXT("{\"x\":[]}"));
    json_begin(&b, '{');
    json_end(&b, '}');
    json_end(&b, ']');
    json_add_text(&b, "a\"b", TEXT("\n\xff"));
    json_add_bool(&b, "yes", true);
    json_add_int(&b, "n", INT64_MIN);
    json_end(&b, '}');
    CHECK(json_valid(b.p, b.len, &e));
    buf_ch(&b, '\n');
    json_begin(&b, '[');
    json_end(&b, ']');
    CHECK(reads(
        &b,
        "{\"op\":\"send\",\"same\":1.50,\"list\":[[],-7,\"{\",{\"x\":[]},{}],\"a\\\"b\":\"\\n\xef\xbf\xbd\","
        "\"yes\":true,\"n\":-9223372036854775808}\n[]"));
    buf_free(&b);
}

/* White space before a value separates it, as the brackets and the colon do; and a list has no members. */
static void test_gaps(void)
{
    static const char *const gaps[] = {" ", "\t", "\n", "{", "[", ":"};
    struct json_members m = {0};
    struct buf b = {0}, want = {0};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        buf_printf(&b, "1%s", gaps[i]);
        json_put_int(&b, 2);
        json_put_int(&b, 3);
        want.len = 0;
        buf_printf(&want, "1%s2,3", gaps[i]);
        CHECK_THAT(holds(&b, buf_as_span(&want)), "gap %zu", i);
    }
    json_list(&m, TEXT("{\"a\":1}"));
    CHECK(m.n == 1);
    json_list(&m, TEXT("[1,{\"a\":2}]"));
    CHECK(m.n == 0 && !json_get(&m, "a").p);
    json_members_free(&m);
    buf_free(&b);
    buf_free(&want);
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
    if (argc > 1 && strcmp(argv[1], "lines") == 0)
        return judge_lines();
    test_valid();
    test_depth();
    test_members();
    test_iter();
    test_strings();
    test_kinds();
    test_edit();
    test_write();
    test_gaps();
    return failures != 0;
}
