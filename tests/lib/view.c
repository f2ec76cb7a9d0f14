/* SPDX-License-Identifier: MIT */
/* What relay-decode makes of frames: lines for people with the latency of results, and types of media. */
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "decode/media.h"
#include "decode/view.h"

static void add_view(struct view *v, struct buf *out, const char *line, int64_t us)
{
    struct frame f = {0};
    struct json_error e;
    if (!frame_parse(&f, span_of(line), &e))
        abort();
    view_frame(v, out, &f, FRAME_UNKNOWN, us);
    frame_free(&f);
}

#define OUTBOUND(id) "{\"type\":\"outbound\",\"requestId\":\"" id "\",\"action\":{\"op\":\"send\"}}"
#define RESULT(id)   "{\"type\":\"outbound_result\",\"requestId\":\"" id "\",\"result\":{\"success\":true}}"

/* What the line of the result says after its request id. */
static bool takes(struct view *v, const char *line, int64_t us, const char *want)
{
    struct buf b = {0};
    add_view(v, &b, line, us);
    const char *req = strstr(buf_cstr(&b), "req="), *blank = req ? strchr(req, ' ') : NULL;
    bool same = strcmp(blank ? blank : "", want) == 0;
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
    sent(&v, OUTBOUND("a"), 1000000);
    for (int i = 1; i < VIEW_PENDING; i++)
        sent(&v, OUTBOUND("b"), 1000000);
    CHECK(takes(&v, RESULT("a"), 1020000, " +20ms"));
    sent(&v, OUTBOUND("a"), 1000000);
    for (int i = 0; i < VIEW_PENDING; i++)
        sent(&v, OUTBOUND("b"), 1000000);
    CHECK(takes(&v, RESULT("a"), 1020000, ""));
    sent(&v, OUTBOUND("1234567890123456789012345678901234567890x"), 1000000);
    CHECK(takes(&v, RESULT("1234567890123456789012345678901234567890x"), 1020000, ""));
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
         "\tdown\tinbound\t\t7\t\t1.50\t\t\t\t\t"},
        {INBOUND("\"text\":true,\"source\":null"), "\tdown\tinbound\t\t\t\t\t\t\t\t\ttrue"},
        {INBOUND("\"text\":\"a\\\\b\\tc\\n\""), "\tdown\tinbound\t\t\t\t\t\t\t\t\ta\\\\b\\tc\\n"},
        {"{\"op\":\"follow_up\",\"session_key\":\"s\",\"content\":\"\",\"emoji\":\"e\"}",
         "\t\tfollow_up\t\t\t\t\ts\t\t\t\te"},
        {"{\"op\":\"send\",\"session_key\":\"\",\"content\":null,\"source_url\":\"u\"}",
         "\t\tsend\t\t\t\t\t\t\t\t\tu"},
        {"{\"type\":\"going_idle\",\"reason\":\"r\"}", "\tup\tgoing_idle\t\t\t\t\t\t\t\t\tr"},
        {"{\"type\":\"link\",\"state\":\"down\",\"reason\":[1]}", "\tlink\tlink\t\t\t\t\t\t\t\t\tdown: [1]"},
        {"{\"type\":\"link\",\"state\":\"up\",\"reason\":\"\",\"n\":2}",
         "\tlink\tlink\t\t\t\t\t\t\t\t\tup n=2"},
        {"{\"type\":\"outbound_result\",\"result\":{\"chat_info\":{\"a\":\"b\"}}}",
         "\tdown\toutbound_result\t\t\t\t\t\t\t\ttrue\ta=b"},
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

/* Lines have no blanks at their ends, and a text that is too long ends with an ellipsis. */
static void test_lines(void)
{
    struct view v = {.format = VIEW_TEXT};
    struct buf b = {0}, line = {0};
    add_view(&v, &b, "{\"type\":\"inbound\",\"event\":{}}", 1500000);
    CHECK(reads(&b, "00:00:01.500 ← inbound"));
    buf_str(&line, "{\"type\":\"inbound\",\"event\":{\"text\":\"");
    for (int i = 0; i < 201; i++)
        buf_str(&line, "ä");
    buf_str(&line, "\"}}");
    add_view(&v, &b, buf_cstr(&line), -1);
    CHECK(b.len > 400 && memcmp(b.p, "--:--:--.---", 12) == 0 && strcmp(buf_cstr(&b) + b.len - 5, "ä…") == 0);
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
