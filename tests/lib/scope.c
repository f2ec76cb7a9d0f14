/* SPDX-License-Identifier: MIT */
/* The table of scopes. */
#include "check.h"
#include "relay/scope.h"

static const struct scope_chat *learns(struct scope *s, const char *text)
{
    struct frame f = {0};
    struct json_error e;
    bool too_long = false;
    CHECK(frame_parse(&f, span_of(text), &e));
    const struct scope_chat *c = scope_learn(s, &f, &too_long);
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
    /* hostile: more platforms than are remembered */
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

int main(void)
{
    test_scope();
    return failures != 0;
}
