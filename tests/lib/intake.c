/* SPDX-License-Identifier: MIT */
/* What a message is called in the pool, what is kept of one that is too long, and what is done on which
 * answer. */
#include "check.h"
#include "queue/away.h"
#include "queue/message.h"
#include "queue/step.h"

static struct link_name link_name;
static uint64_t nameless;

static struct message *message_of(const char *line)
{
    struct frame fr = {0};
    struct json_error e;
    CHECK_THAT(frame_parse(&fr, span_of(line), &e), "%s", line);
    struct message *m = message_new(&fr, &link_name, "n0", &nameless);
    frame_free(&fr);
    return m;
}

/* What the message of that line has: its session, its id and its twin. */
static void has(const char *line, const char *session, const char *id, const char *twin)
{
    struct message *m = message_of(line);
    CHECK_THAT(reads(&m->session, session), "%s", line);
    CHECK_THAT(reads(&m->id, id), "%s", line);
    CHECK_THAT(reads(&m->twin, twin), "%s", line);
    message_free(m);
}

static void ids(void)
{
    has("{\"type\":\"inbound\",\"session_key\":\"a:b\",\"event\":{\"message_id\":5},\"bufferId\":7}", "a:b",
        "g/b/7", "g/m/a:b/5");
    has("{\"type\":\"inbound\",\"session_key\":\"a:b\",\"event\":{\"message_id\":\"5\"}}", "a:b", "g/m/a:b/5",
        "g/m/a:b/5");
    /* An edit is a message of its own, unless the connector names it. */
    has("{\"type\":\"inbound\",\"session_key\":\"k\",\"event\":{\"message_id\":5,\"message_is_edit\":true}}",
        "k", "g/r/n0/1", "");
    has("{\"type\":\"inbound\",\"session_key\":\"k\",\"event\":{\"message_id\":5,\"source\":{\"message_is_"
        "edit\":"
        "true}}}",
        "k", "g/r/n0/2", "");
    has("{\"type\":\"inbound\",\"session_key\":\"k\",\"event\":{\"message_is_edit\":true},\"bufferId\":\"x "
        "y\"}",
        "k", "g/b/x%20y", "");
    has("{\"type\":\"inbound\",\"session_key\":\"k\",\"event\":{}}", "k", "g/r/n0/3", "");
    /* No part can pass for two, and no line end gets into a header. */
    has("{\"type\":\"inbound\",\"session_key\":\"a/b\",\"event\":{\"message_id\":\"c\\r\\nX: y\"}}", "a/b",
        "g/m/a%2Fb/c%0D%0AX:%20y", "g/m/a%2Fb/c%0D%0AX:%20y");
    /* No session key: that of the source, as relay-decode makes it. */
    has("{\"type\":\"inbound\",\"event\":{\"message_id\":1,\"source\":{\"platform\":\" "
        "Discord\",\"chat_id\":42}}}",
        "agent:main:discord:dm:42", "g/m/agent:main:discord:dm:42/1", "g/m/agent:main:discord:dm:42/1");
    has("{\"type\":\"inbound\",\"session_key\":\"\",\"event\":null}", "agent:main:relay:dm", "g/r/n0/4", "");
}

static void lines(void)
{
    struct message *m = message_of(
        "{ \"type\":\"inbound\" ,\"session_key\":\"k\",\"event\":{\"text\":\"\\u0000\",\"n\":1.0}, "
        "\"bufferId\":\"b\"}");
    CHECK(reads(&m->line,
                "{ \"type\":\"inbound\" ,\"session_key\":\"k\",\"event\":{\"text\":\"\\u0000\",\"n\":1.0}, "
                "\"bufferId\":\"b\",\"gateway\":\"g\"}"));
    CHECK(reads(&m->ack, "{\"type\":\"inbound_ack\",\"bufferId\":\"b\"}"));
    CHECK(reads(&m->name, "message b of k"));
    message_free(m);
    m = message_of(
        "{\"type\":\"inbound\",\"gateway\":\"other\",\"session_key\":\"k\",\"event\":{\"message_id\":3}}");
    CHECK(
        reads(&m->line,
              "{\"type\":\"inbound\",\"gateway\":\"g\",\"session_key\":\"k\",\"event\":{\"message_id\":3}}"));
    CHECK(reads(&m->ack, ""));
    CHECK(reads(&m->name, "message 3 of k"));
    message_free(m);
}

/* Whatever the text is, the shortened frame is a frame, and no longer than it may be. */
static void shortened(void)
{
    static const char *const pieces[] = {"a", "\\u0000", "\\n", "ä", "😀", "\\ud83d\\ude00"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf line = {0}, out = {0};
        struct frame fr = {0};
        struct json_error e;
        buf_str(&line, "{\"type\":\"inbound\",\"gateway\":\"g\",\"session_key\":\"k\",\"x\":\"");
        for (int n = 0; n < 5000; n++)
            buf_ch(&line, 'x');
        buf_str(&line, "\",\"event\":{\"message_id\":3,\"source\":{\"chat_id\":\"1\"},\"text\":\"");
        for (int n = 0; n < 5000; n++)
            buf_str(&line, pieces[i]);
        buf_str(&line, "\"}}");
        message_shorten(&out, buf_as_span(&line), 4096);
        CHECK_THAT(out.len <= 4096, "%s: %zu", pieces[i], out.len);
        CHECK_THAT(frame_parse(&fr, buf_as_span(&out), &e), "%s", pieces[i]);
        CHECK(fr.type == FRAME_INBOUND && json_is_true(frame_get(&fr, "cut")) && !frame_get(&fr, "x").p);
        CHECK(json_eq(frame_get(&fr, "gateway"), "g") && json_find(frame_get(&fr, "event"), "source").p);
        CHECK_THAT(json_find(frame_get(&fr, "event"), "text").n > 100, "%s", pieces[i]);
        frame_free(&fr);
        buf_free(&line);
        buf_free(&out);
    }
}

static void steps(void)
{
    CHECK(step_of(POOL_DONE, false) == STEP_STORED && step_of(POOL_DONE, true) == STEP_ASIDE);
    CHECK(step_of(POOL_REFUSED, false) == STEP_REFUSED && step_of(POOL_REFUSED, true) == STEP_REFUSED);
    CHECK(step_of(POOL_AGAIN, false) == STEP_AGAIN && step_of(POOL_AGAIN, true) == STEP_AGAIN);
    CHECK(step_of(POOL_FULL, false) == STEP_AGAIN);
    CHECK(step_longest(1 << 20) == (1 << 20) - 2048 && step_longest(2048) == 0 && step_longest(1) == 0);
    CHECK(step_backoff(1) == 250 && step_backoff(2) == 500 && step_backoff(5) == 4000);
    CHECK(step_backoff(6) == 5000 && step_backoff(1000000) == 5000);
}

static void absence(void)
{
    struct away a = {0};
    CHECK(away_look(&a, true, 100) == AWAY_NOTHING && away_until(&a) == INT64_MAX);
    CHECK(away_look(&a, false, 200) == AWAY_NOTHING && away_until(&a) == 200 + AWAY_PATIENCE);
    CHECK(away_look(&a, true, 300) == AWAY_NOTHING); /* too short to be told */
    CHECK(away_look(&a, false, 400) == AWAY_NOTHING && away_look(&a, false, 1399) == AWAY_NOTHING);
    CHECK(away_look(&a, false, 1400) == AWAY_GONE && away_look(&a, false, 9000) == AWAY_NOTHING);
    CHECK(away_until(&a) == INT64_MAX);
    CHECK(away_look(&a, true, 6400) == AWAY_BACK && a.lasted == 6000);
    CHECK(away_look(&a, true, 6500) == AWAY_NOTHING);
}

int main(void)
{
    link_name_init(&link_name, "g");
    ids();
    lines();
    shortened();
    steps();
    absence();
    link_name_free(&link_name);
    return failures > 0;
}
