/* SPDX-License-Identifier: MIT */
/* The table of scopes. */
#include "relay/scope.h"
#include "check.h"

static const struct scope_record *learns(struct scope *s, const char *text)
{
    struct frame f = {0};
    struct json_error e;
    bool too_long = false;
    CHECK(frame_parse(&f, span_of(text), &e));
    const struct scope_record *c = scope_learn(s, &f, &too_long);
    CHECK(!too_long);
    frame_free(&f);
    return c;
}

static void test_scope(void)
{
    struct scope *s = scope_new(2);
    struct buf b = {0};
    const char *one =
        "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":\"1\\u0000\",\"user_id\":7}}}";
    CHECK(learns(s, one) && !learns(s, one) && scope_count(s) == 1);
    scope_print(&b, scope_next(s, NULL));
    CHECK(reads(&b, "{\"chat_id\":\"1\\u0000\",\"user_id\":\"7\"}"));
    CHECK(!learns(s, "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":2}}}") && scope_count(s) == 1);
    CHECK(scope_restore(s, span_of("{\"chat_id\":\"2\",\"profile\":\"p\"}")) && scope_count(s) == 2);
    CHECK(!learns(s, one) && scope_restore(s, span_of("{\"chat_id\":\"3\",\"profile\":\"p\"}")) &&
          scope_count(s) == 2);
    scope_print(&b, scope_next(s, NULL));
    CHECK(reads(&b, "{\"chat_id\":\"1\\u0000\",\"user_id\":\"7\"}"));
    CHECK(!scope_restore(s, span_of("{\"chat_id\":3}")) && !scope_restore(s, span_of("{")) &&
          !scope_restore(s, span_of("")));
    /* a hostile peer: more platforms than are remembered */
    for (int i = 0; i < 400; i++) {
        struct frame f = {0};
        struct json_error e;
        bool too_many = false;
        buf_printf(&b, "{\"type\":\"hello\",\"platform\":\"p%d\",\"botId\":\"b\"}", i);
        CHECK(frame_parse(&f, buf_as_span(&b), &e) && !scope_learn(s, &f, &too_many) &&
              too_many == (i >= 256));
        frame_free(&f);
        b.len = 0;
    }
    scope_free(s);
    buf_free(&b);
}

/* The records of one chat, oldest first, as "platform scope" words. */
static bool has_records(struct scope *s, const char *want)
{
    struct buf b = {0};
    for (const struct scope_record *r = NULL; (r = scope_next(s, r));)
        buf_printf(&b, "%s%s %s", b.len ? ", " : "",
                   r->value[SCOPE_PLATFORM] ? r->value[SCOPE_PLATFORM] : "-",
                   r->value[SCOPE_SCOPE_ID] ? r->value[SCOPE_SCOPE_ID] : "-");
    bool same = reads(&b, want);
    buf_free(&b);
    return same;
}

#define SOURCE(members) "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":\"1\"," members "}}}"

static void test_platforms(void)
{
    struct scope *s = scope_new(3);
    CHECK(learns(s, SOURCE("\"platform\":\"a\",\"scope_id\":\"g\"")) && has_records(s, "\"a\" \"g\""));
    CHECK(learns(s, SOURCE("\"platform\":\" B\"")) && has_records(s, "\"a\" \"g\", \"b\" -"));
    CHECK(!learns(s, SOURCE("\"platform\":\"b\"")));
    /* a new newest platform also counts as learnt */
    CHECK(learns(s, SOURCE("\"platform\":\"A\"")) && has_records(s, "\"b\" -, \"a\" \"g\""));
    /* without a platform: it goes to the newest one */
    CHECK(learns(s, SOURCE("\"scope_id\":\"h\"")) && has_records(s, "\"b\" -, \"a\" \"h\""));
    CHECK(scope_restore(s, span_of("{\"chat_id\":\"1\",\"scope_id\":\"i\"}")) &&
          has_records(s, "- \"i\", \"b\" -, \"a\" \"h\""));
    /* over the maximum: the oldest are dropped, not the one that was added */
    CHECK(learns(s, SOURCE("\"platform\":\"c\"")) && has_records(s, "\"b\" -, \"a\" \"h\", \"c\" -"));
    CHECK(scope_restore(s, span_of("{\"chat_id\":\"1\",\"scope_id\":\"i\"}")) &&
          has_records(s, "- \"i\", \"a\" \"h\", \"c\" -"));
    CHECK(learns(s, "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":2,\"user_id\":3}}}") &&
          has_records(s, "\"a\" \"h\", \"c\" -, - -"));
    scope_free(s);
}

/* A table that knows one record; the line is given to it, with n bytes of x in its middle. Whether it is
 * remembered, as a record of its own; if it is not, the table is as before. */
static bool is_remembered(const char *before, size_t n, const char *after)
{
    struct scope *s = scope_new(3);
    struct buf b = {0};
    CHECK(learns(s, SOURCE("\"platform\":\"a\",\"scope_id\":\"g\"")));
    buf_str(&b, before);
    memset(buf_room(&b, n), 'x', n);
    b.len += n;
    buf_str(&b, after);
    bool done = scope_restore(s, buf_as_span(&b));
    CHECK(done ? scope_count(s) == 2 : has_records(s, "\"a\" \"g\""));
    scope_free(s);
    buf_free(&b);
    return done;
}

/* A platform or a chat that is too long is told, and not taken for another one: it has no record. */
static void test_too_long(void)
{
    static const char *const rows[][2] = {
        {"{\"chat_id\":\"1\",\"scope_id\":\"h\",\"platform\":\"", "\"}"},
        {"{\"platform\":\"a\",\"scope_id\":\"h\",\"chat_id\":\"", "\"}"},
    };
    for (int i = 0; i < 2; i++) { /* the quotes count */
        CHECK_THAT(is_remembered(rows[i][0], SCOPE_VALUE_MAX - 2, rows[i][1]), "row %d", i);
        CHECK_THAT(!is_remembered(rows[i][0], SCOPE_VALUE_MAX - 1, rows[i][1]), "row %d", i);
    }
}

int main(void)
{
    test_too_long();
    test_platforms();
    test_scope();
    return failures != 0;
}
