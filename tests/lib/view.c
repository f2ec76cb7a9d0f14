/* SPDX-License-Identifier: MIT */
/* What relay-decode makes of frames: lines for people with the latency of results, and types of media. */
#include <stdlib.h>
#include <time.h>

#include "base/width.h"
#include "check.h"
#include "decode/media.h"
#include "decode/view.h"

static void add_view(struct view *v, struct buf *out, const char *line, int64_t us)
{
    struct frame f = {0};
    struct json_error e;
    if (!frame_parse(&f, span_of(line), &e))
        abort();
    view_read(v, &f, f.line, FRAME_UNKNOWN, us);
    view_write(v, out);
    frame_free(&f);
}

#define OUTBOUND(id) "{\"type\":\"outbound\",\"requestId\":\"" id "\",\"action\":{\"op\":\"send\"}}"
#define RESULT(id)   "{\"type\":\"outbound_result\",\"requestId\":\"" id "\",\"result\":{\"success\":true}}"

/* What the line of the result says before its request id. */
static bool takes(struct view *v, const char *line, int64_t us, const char *want)
{
    struct buf b = {0};
    add_view(v, &b, line, us);
    char *ok = strstr(buf_cstr(&b), "ok"), *req = ok ? strstr(ok, "  req=") : NULL;
    if (req)
        *req = 0;
    bool same = ok && strcmp(ok + 2, want) == 0;
    if (!same)
        printf("%s\n", buf_cstr(&b));
    buf_free(&b);
    return same;
}

static void sent(struct view *v, const char *line, int64_t us)
{
    struct buf b = {0};
    add_view(v, &b, line, us);
    buf_free(&b);
}

/* The latency is told once, and only if both moments are known and in order. */
static void test_latency(void)
{
    struct view v = {.format = VIEW_TEXT};
    sent(&v, OUTBOUND("a"), 1000000);
    sent(&v, OUTBOUND("b"), 1000000);
    CHECK(takes(&v, RESULT("c"), 1000100, ""));
    CHECK(takes(&v, RESULT("a"), 1009900, " +9.9ms"));
    CHECK(takes(&v, RESULT("a"), 1009900, ""));
    CHECK(takes(&v, RESULT("b"), 999999, ""));
    sent(&v, OUTBOUND("a"), 1000000);
    sent(&v, OUTBOUND("b"), 2000000);
    sent(&v, OUTBOUND("b"), 3000000); /* the latest one counts */
    CHECK(takes(&v, RESULT("b"), 3010000, " +10ms"));
    CHECK(takes(&v, RESULT("a"), 11000000, " +10.0s"));
    sent(&v, OUTBOUND("a"), -1);
    CHECK(takes(&v, RESULT("a"), 11000000, ""));
    sent(&v, OUTBOUND(""), 1000000);
    CHECK(takes(&v, RESULT(""), 1000001, ""));
    /* only the last requests are remembered, and no endless id */
    char other[] = OUTBOUND("00000"), *digits = strstr(other, "00000");
    sent(&v, OUTBOUND("a"), 1000000);
    for (int i = 1; i <= ASKED_MOST; i++) {
        memcpy(digits,
               (char[]){(char)('0' + i / 10000), (char)('0' + i / 1000 % 10), (char)('0' + i / 100 % 10),
                        (char)('0' + i / 10 % 10), (char)('0' + i % 10)},
               5);
        sent(&v, other, 1000000);
    }
    CHECK(takes(&v, RESULT("a"), 1020000, ""));
    CHECK(takes(&v, RESULT("00001"), 1020000, " +20ms"));
    CHECK(v.table.forgotten == 1);
    struct buf longest = {0};
    for (int n = ASKED_ID; n <= ASKED_ID + 1; n++) {
        char id[ASKED_ID + 2] = {0};
        memset(id, 'x', (size_t)n);
        buf_printf(&longest, OUTBOUND("%s"), id);
        sent(&v, buf_cstr(&longest), 1000000);
        longest.len = 0;
        buf_printf(&longest, RESULT("%s"), id);
        CHECK(takes(&v, buf_cstr(&longest), 1020000, n == ASKED_ID ? " +20ms" : ""));
        longest.len = 0;
    }
    buf_free(&longest);
    view_free(&v);
}

#define INBOUND(members) "{\"type\":\"inbound\",\"event\":{" members "}}"

static void test_columns(void)
{
    static const struct {
        const char *line, *want;
    } rows[] = {
        /* a number is shown with its own digits; a list or an object is no text */
        {INBOUND("\"text\":{\"a\":1},\"message_id\":1.50,\"source\":{\"chat_id\":7,\"user_id\":[1]}"),
         "\tdown\tinbound\t\t7\t\t1.50\t\t\t\t\t\t"},
        {INBOUND("\"text\":true,\"source\":null"), "\tdown\tinbound\t\t\t\t\t\t\t\t\ttrue\t"},
        {INBOUND("\"text\":\"a\\\\b\\tc\\n\""), "\tdown\tinbound\t\t\t\t\t\t\t\t\ta\\\\b\\tc\\n\t"},
        {"{\"op\":\"follow_up\",\"session_key\":\"s\",\"content\":\"\",\"emoji\":\"e\"}",
         "\t\tfollow_up\t\t\t\t\ts\t\t\t\te\tfollow_up"},
        {"{\"op\":\"send\",\"session_key\":\"\",\"content\":null,\"source_url\":\"u\"}",
         "\t\tsend\t\t\t\t\t\t\t\t\tu\tsend"},
        {"{\"type\":\"going_idle\",\"reason\":\"r\"}", "\tup\tgoing_idle\t\t\t\t\t\t\t\t\tr\t"},
        {"{\"type\":\"link\",\"state\":\"down\",\"reason\":[1]}",
         "\tlink\tlink\t\t\t\t\t\t\t\t\tdown: [1]\t"},
        {"{\"type\":\"link\",\"state\":\"up\",\"reason\":\"\",\"n\":2}",
         "\tlink\tlink\t\t\t\t\t\t\t\t\tup n=2\t"},
        {"{\"type\":\"outbound_result\",\"result\":{\"chat_info\":{\"a\":\"b\"}}}",
         "\tdown\toutbound_result\t\t\t\t\t\t\t\ttrue\ta=b\t"},
    };
    struct view v = {.format = VIEW_TSV};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        add_view(&v, &b, rows[i].line, -1);
        CHECK_THAT(reads(&b, rows[i].want), "%s", rows[i].line);
    }
    view_free(&v);
    buf_free(&b);
}

#define TEXT_OF(text) INBOUND("\"text\":\"" text "\"")

/* Lines have no blanks at their ends and fit their width; a text that is too long ends with an ellipsis. */
static void test_lines(void)
{
    struct view v = {.format = VIEW_TEXT, .width = 80, .day = view_day(0)};
    struct buf b = {0}, line = {0};
    add_view(&v, &b, INBOUND(""), 1500000);
    CHECK(reads(&b, "00:00:01.500 ← inbound"));
    add_view(&v, &b, TEXT_OF("12345678901234567890123456789012345678901234567890123"), -1);
    CHECK(text_width(b.p, b.len) == 80 && memcmp(b.p, "--:--:--.---", 12) == 0);
    CHECK(reads(&b, "--:--:--.--- ← inbound       12345678901234567890123456789012345678901234567890…"));
    add_view(&v, &b, TEXT_OF("你好你好你好你好你好你好你好你好你好你好你好你好你好你好"), -1);
    CHECK(reads(&b, "--:--:--.--- ← inbound       你好你好你好你好你好你好你好你好你好你好你好你好你…"));
    /* marks without a width do not make a line without an end */
    buf_str(&line, "{\"type\":\"inbound\",\"event\":{\"text\":\"a");
    for (int i = 0; i < 100000; i++)
        buf_str(&line, "\xcc\x88");
    buf_str(&line, "\"}}");
    add_view(&v, &b, buf_cstr(&line), -1);
    CHECK(b.len < 2000 && strcmp(buf_cstr(&b) + b.len - 3, "…") == 0);
    v.width = 0;
    b.len = 0;
    add_view(&v, &b, buf_cstr(&line), -1);
    CHECK(b.len > 200000);
    b.len = 0;
    /* the day is told when it changes */
    add_view(&v, &b, INBOUND(""), (int64_t)86400 * 1000000);
    CHECK(reads(&b, "1970-01-02\n00:00:00.000 ← inbound"));
    add_view(&v, &b, INBOUND(""), (int64_t)86401 * 1000000);
    CHECK(reads(&b, "00:00:01.000 ← inbound"));
    view_free(&v);
    buf_free(&b);
    buf_free(&line);
}

/* Types are found by url among many; the last entry for a url counts, and an absurd type is unknown. */
static void test_media(void)
{
    enum { ENTRIES = 40 };
    struct arena a = {0};
    struct buf media = {0}, out = {0};
    buf_ch(&media, '[');
    for (int i = 0; i < ENTRIES; i++)
        buf_printf(&media, "{\"url\":\"u%d\",\"mime\":\"a/%d\"},", i % (ENTRIES / 2), i);
    for (int n = 255; n <= 256; n++) {
        buf_printf(&media, "{\"url\":\"long%d\",\"mime\":\"", n);
        for (int i = 0; i < n; i++)
            buf_ch(&media, 'm');
        buf_str(&media, "\"},");
    }
    buf_str(&media, "{\"url\":7,\"mime\":\"b/b\"},{\"url\":\"none\"},{\"url\":\"u19\",\"mime\":8},9]");
    media_types(&a, &out, span_of("[\"u\\u0030\",\"u18\",\"u19\",\"none\",\"v\",7,\"long256\"]"),
                buf_as_span(&media));
    CHECK(reads(&out, "[\"a/20\",\"a/38\",\"\",\"\",\"\",\"\",\"\"]"));
    media_types(&a, &out, span_of("[\"long255\"]"), buf_as_span(&media));
    CHECK(out.len == strlen("[\"\"]") + 255);
    out.len = 0;
    media_types(&a, &out, span_of("{\"u0\":1}"), buf_as_span(&media));
    CHECK(reads(&out, "[]"));
    media_types_kept(&out, span_of("[1,2,3]"), span_of("[\"a/a\",4]"));
    CHECK(reads(&out, "[\"a/a\",\"\",\"\"]"));
    arena_free(&a);
    buf_free(&media);
    buf_free(&out);
}

int main(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
    test_latency();
    test_columns();
    test_lines();
    test_media();
    return failures != 0;
}
