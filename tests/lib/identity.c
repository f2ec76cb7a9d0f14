/* SPDX-License-Identifier: MIT */
/* Identities from the command line, the environment and hellos. */
#include "relay/identity.h"
#include "check.h"

static void test_identities(void)
{
    struct identities all = {0};
    struct buf b = {0};
    CHECK(!identity_parse(&all, "") && !identity_parse(&all, " ") && !identity_parse(&all, ":x") &&
          all.n == 0);
    CHECK(identity_parse(&all, "A\"b: x ") && identity_parse(&all, "c"));
    identity_list(&all, " ,C , d,,d");
    CHECK(identity_resolve(&all, span_of("{\"C\":{\"botId\":1.50},\"c \":{\"botId\":null},\"d\":{}}")) ==
          NULL);
    CHECK(all.n == 3 && strcmp(all.v[1].platform, "\"c\"") == 0 && strcmp(all.v[1].bot, "\"\"") == 0);
    identity_hello(&b, &all.v[0], span_of("[ 1 ]"));
    CHECK(reads(&b, "{\"type\":\"hello\",\"platform\":\"a\\\"b\",\"botId\":\"x\",\"command_manifest\":[1]}"));
    CHECK(identity_resolve(&all, span_of(" ")) == NULL && identity_resolve(&all, span_of("[")) != NULL);
    identities_free(&all);
    buf_free(&b);
}

static const struct identity *learns(struct identities *all, const char *hello)
{
    struct frame f = {0};
    struct json_error e;
    CHECK(frame_parse(&f, span_of(hello), &e));
    const struct identity *id = identity_learn(all, &f);
    frame_free(&f);
    return id;
}

static bool has_bot(const struct identities *all, const char *platform, const char *want)
{
    struct span bot = identity_bot(all, span_of(platform));
    return want ? span_eq(bot, want) : !bot.p;
}

#define HELLO(members) "{\"type\":\"hello\"" members "}"

static void test_learnt(void)
{
    struct identities all = {0};
    CHECK(learns(&all, HELLO(",\"platform\":\" A\",\"botId\":\"\"")) == &all.v[0] && all.n == 1);
    CHECK(has_bot(&all, "\"a\"", NULL) && identity_find(&all, span_of("\"a\"")) == &all.v[0]);
    CHECK(learns(&all, HELLO(",\"platform\":\"a\",\"botId\":7")) &&
          learns(&all, HELLO(",\"platform\":\"a\",\"botId\":\"8\"")));
    CHECK(all.n == 3 && has_bot(&all, "\"\\u0041 \"", "\"7\""));
    /* the same identity again, written in another way */
    CHECK(learns(&all, HELLO(",\"platform\":\"\\u0061\",\"botId\":\"\\u0037\"")) == &all.v[1] && all.n == 3);
    CHECK(learns(&all, HELLO("")) && all.n == 4 && strcmp(all.v[3].platform, "\"\"") == 0);
    CHECK(has_bot(&all, "\"\"", NULL) && has_bot(&all, "null", NULL) && has_bot(&all, "\"b\"", NULL));
    CHECK(has_bot(&all, "\"a\\u0000\"", NULL) && !identity_find(&all, span_of("\"b\"")));
    identities_free(&all);
}

/* A name in one form is used as it is; any other is made into it. */
static void test_platforms(void)
{
    static const char *const rows[][2] = {
        {"\"a_b-9\"", NULL},
        {"\"a~b\"", "\"a~b\""},
        {"\"A=\"", "\"a=\""},
        {"\" a \"", "\"a\""},
        {"\"\\u0041\"", "\"a\""},
        {"\"\"", ""},
        {"\" \"", ""},
        {"7", ""},
        {"null", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = {0};
        struct span v = span_of(rows[i][0]), got = identity_platform(&text, v);
        const char *want = rows[i][1];
        if (!want)
            CHECK_THAT(got.p == v.p && got.n == v.n, "%s", rows[i][0]);
        else
            CHECK_THAT(*want ? span_eq(got, want) : !got.p, "%s", rows[i][0]);
        buf_free(&text);
    }
}

static void add_hello(struct buf *out, size_t platform, size_t bot)
{
    out->len = 0;
    buf_str(out, "{\"type\":\"hello\",\"platform\":\"");
    while (platform--)
        buf_ch(out, 'p');
    buf_str(out, "\",\"botId\":\"");
    while (bot--)
        buf_ch(out, 'b');
    buf_str(out, "\"}");
}

/* Hellos cannot fill the memory: names beyond the bound, and one identity too many, are not learnt. */
static void test_bounds(void)
{
    struct identities all = {0};
    struct buf b = {0};
    add_hello(&b, IDENTITY_LONG - 2, IDENTITY_LONG - 2);
    CHECK(learns(&all, buf_cstr(&b)) == &all.v[0]);
    add_hello(&b, IDENTITY_LONG - 1, 1);
    CHECK(!learns(&all, buf_cstr(&b)));
    add_hello(&b, 1, IDENTITY_LONG - 1);
    CHECK(!learns(&all, buf_cstr(&b)) && all.n == 1);
    for (size_t n = 1; n < IDENTITIES_MAX; n++) {
        add_hello(&b, 1, n);
        CHECK(learns(&all, buf_cstr(&b)) == &all.v[n]);
    }
    add_hello(&b, 2, 1);
    CHECK(!learns(&all, buf_cstr(&b)) && all.n == IDENTITIES_MAX);
    add_hello(&b, 1, 1); /* known ones still are */
    CHECK(learns(&all, buf_cstr(&b)) == &all.v[1]);
    identities_free(&all);
    buf_free(&b);
}

int main(void)
{
    test_platforms();
    test_bounds();
    test_learnt();
    test_identities();
    return failures != 0;
}
