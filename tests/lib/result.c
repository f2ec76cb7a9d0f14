/* SPDX-License-Identifier: MIT */
/* Results: which is the last one for its action, by rows; and the marks on frames. */
#include "relay/result.h"
#include "check.h"

static struct frame frame;

static const struct frame *read_frame(const char *text)
{
    struct json_error e;
    CHECK_THAT(frame_parse(&frame, span_of(text), &e), "%s", text);
    return &frame;
}

static void test_last(void)
{
    static const struct {
        const char *result, *marks;
        bool last, invites;
    } rows[] = {
        {"{\"success\":true}", "", true, false},
        {"{\"success\":true}", ",\"more\":true", false, false},
        {"{\"success\":true}", ",\"again\":true", true, false},
        {"{\"success\":true,\"retry_after\":1}", ",\"again\":true", true, false},
        {"{\"success\":true}", ",\"more\":false", true, false},
        {"{\"success\":true}", ",\"more\":\"true\"", true, false},
        {"{\"success\":false,\"ambiguous\":true}", ",\"more\":true", false, false},
        {"{\"success\":false,\"ambiguous\":true,\"retry_after\":1}", ",\"again\":true", true, false},
        {"{\"success\":false,\"error\":\"no\"}", ",\"more\":true,\"again\":true", true, false},
        {"{\"success\":false,\"retry_after\":1}", ",\"more\":true,\"again\":true", false, true},
        {"{\"success\":false,\"retry_after\":1}", ",\"more\":true", true, true},
        {"{\"success\":false,\"retry_after\":0}", ",\"again\":true", false, true},
        {"{\"success\":false,\"retry_after\":600}", ",\"again\":true", false, true},
        {"{\"success\":false,\"retry_after\":601}", ",\"again\":true", true, false},
        {"{\"success\":false,\"retry_after\":-1}", ",\"again\":true", true, false},
        {"{\"success\":false,\"retry_after\":\"1\"}", ",\"again\":true", true, false},
        {"{\"success\":false,\"retry_after\":1,\"code\":\"egress_declined\"}", ",\"again\":true", true,
         false},
        {"{\"success\":false,\"retry_after\":1,\"error\":\"an Egress Declined: x\"}", ",\"again\":true", true,
         false},
        {"[]", ",\"more\":true,\"again\":true", true, false},
        {"{\"success\":\"true\"}", "", true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = {0};
        struct result r;
        buf_printf(&b, "{\"type\":\"outbound_result\",\"requestId\":\"x\",\"result\":%s%s}", rows[i].result,
                   rows[i].marks);
        result_read(&r, read_frame(buf_cstr(&b)));
        CHECK_THAT(span_eq(r.id, "\"x\"") && result_is_last(&r) == rows[i].last, "%s", buf_cstr(&b));
        CHECK_THAT(result_invites(&r) == rows[i].invites, "%s", buf_cstr(&b));
        CHECK_THAT(result_repeats(&r) == (rows[i].invites && !rows[i].last), "%s", buf_cstr(&b));
        buf_free(&b);
    }
}

static void test_marks(void)
{
    struct buf b = {0};
    const struct frame *f = read_frame("{ \"type\":\"x\", \"more\" : true, \"n\":1.0,\"more\":false }");
    CHECK(result_is_marked(f) && result_marks(f) == 0);
    result_mark(&b, f, RESULT_AGAIN);
    CHECK(reads(&b, "{ \"type\":\"x\", \"n\":1.0,\"again\":true }"));
    result_mark(&b, f, 0);
    CHECK(reads(&b, "{ \"type\":\"x\", \"n\":1.0 }"));
    f = read_frame("{\"type\":\"x\",\"again\":true}");
    CHECK(result_marks(f) == RESULT_AGAIN);
    result_mark(&b, f, RESULT_MORE | RESULT_AGAIN);
    CHECK(reads(&b, "{\"type\":\"x\",\"again\":true,\"more\":true}"));
    CHECK(!result_is_marked(read_frame("{\"type\":\"x\",\"result\":{\"more\":true}}")));
    buf_free(&b);
}

static void test_whole_id(void)
{
    static const char *const rows[][2] = {{"a/2", "a"}, {"a/b/17", "a/b"}, {"a", "a"},       {"a/", "a/"},
                                          {"/2", ""},   {"12", "12"},      {"a/2x", "a/2x"}, {"", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(span_eq(result_whole_id(span_of(rows[i][0])), rows[i][1]), "%s", rows[i][0]);
}

int main(void)
{
    test_whole_id();
    test_last();
    test_marks();
    frame_free(&frame);
    return failures != 0;
}
