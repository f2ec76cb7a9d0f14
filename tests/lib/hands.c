/* SPDX-License-Identifier: MIT */
/* The messages that a long-lived COMMAND has in hand. */
#include "run/hands.h"
#include "check.h"

static void with(void (*what)(struct hands *, const struct frame *, int64_t), struct hands *h,
                 const char *line, int64_t now)
{
    struct frame fr = {0};
    struct json_error e;
    CHECK_THAT(frame_parse(&fr, span_of(line), &e), "%s", line);
    what(h, &fr, now);
    frame_free(&fr);
}

static void take(struct hands *h, const struct frame *fr, int64_t now)
{
    (void)now;
    hands_take(h, fr);
}

static void live(struct hands *h, const char *session, const char *chat, int64_t now)
{
    struct buf line = {0};
    buf_printf(&line,
               "{\"type\":\"inbound\",\"session_key\":\"%s\",\"event\":{\"source\":{\"chat_id\":\"%s\"}}}",
               session, chat);
    with(hands_give, h, buf_cstr(&line), now);
    buf_free(&line);
}

static void buffered(struct hands *h, int id)
{
    struct buf line = {0};
    buf_printf(&line, "{\"type\":\"inbound\",\"bufferId\":\"%d\",\"event\":{}}", id);
    with(hands_give, h, buf_cstr(&line), 0);
    buf_free(&line);
}

/* What expires together is looked at once, and not more often than once a second. */
static void test_expiry(void)
{
    struct hands h = {0};
    buffered(&h, 1);
    live(&h, "a", "1", 1000);
    live(&h, "b", "2", 1500);
    live(&h, "c", "3", 5000);
    live(&h, "d", "4", 5000);
    with(take, &h, "{\"type\":\"inbound_ack\",\"bufferId\":\"2\"}", 0);
    CHECK(h.count == 5); /* nobody was given that one */
    hands_expire(&h, 1000 + HANDS_LIVE);
    CHECK(h.count == 4 && hands_until(&h) == 2000 + HANDS_LIVE);
    hands_expire(&h, 2000 + HANDS_LIVE);
    CHECK(h.count == 3 && hands_until(&h) == 5000 + HANDS_LIVE);
    hands_expire(&h, 5000 + HANDS_LIVE);
    CHECK(h.count == 1 && hands_until(&h) == INT64_MAX); /* the buffered one waits for its ack */
    hands_free(&h);
}

/* Deliveries beyond HANDS_MAX are not counted; those before them still are taken one by one. */
static void test_most(void)
{
    struct hands h = {0};
    for (int i = 0; i < HANDS_MAX; i++)
        buffered(&h, i);
    CHECK(h.count == HANDS_MAX);
    buffered(&h, HANDS_MAX);
    live(&h, "a", "1", 1000);
    CHECK(h.count == HANDS_MAX && hands_until(&h) == INT64_MAX);
    with(take, &h, "{\"type\":\"inbound_ack\",\"bufferId\":\"65536\"}", 0);
    CHECK(h.count == HANDS_MAX);
    with(take, &h, "{\"type\":\"inbound_ack\",\"bufferId\":\"0\"}", 0);
    live(&h, "a", "1", 1000);
    CHECK(h.count == HANDS_MAX && hands_until(&h) == 1000 + HANDS_LIVE);
    hands_free(&h);
    CHECK(h.count == 0);
}

int main(void)
{
    struct hands h = {0};
    test_expiry();
    test_most();
    with(hands_give, &h, "{\"type\":\"inbound\",\"bufferId\":7,\"event\":{\"source\":{\"chat_id\":\"1\"}}}",
         0);
    with(hands_give, &h,
         "{\"type\":\"inbound\",\"bufferId\":\"7\",\"event\":{\"source\":{\"chat_id\":\"1\"}}}", 0);
    CHECK(h.count == 1 && hands_until(&h) == INT64_MAX); /* the same delivery again */
    with(take, &h, "{\"op\":\"send\",\"chat_id\":\"1\"}", 0);
    CHECK(h.count == 1); /* a buffered one waits for its ack */
    with(take, &h, "{\"type\":\"inbound_ack\",\"bufferId\":\"7\"}", 0);
    CHECK(h.count == 0);

    with(hands_give, &h, "{\"type\":\"inbound\",\"bufferId\":\"7\",\"event\":{}}", 0);
    CHECK(h.count == 1 && hands_made(&h, span_of("7")) && !hands_made(&h, span_of("\"8\"")));
    ++*hands_made(&h, span_of("\"7\""));
    CHECK(*hands_made(&h, span_of("\"7\"")) == 1);
    with(take, &h, "{\"type\":\"inbound_nack\",\"bufferId\":\"7\",\"status\":1}", 0);
    CHECK(h.count == 0 && !hands_made(&h, span_of("\"7\"")));

    live(&h, "a", "1", 1000);
    live(&h, "a", "1", 2000);
    live(&h, "b", "1", 3000);
    live(&h, "c", "2", 4000);
    CHECK(h.count == 4);
    with(take, &h, "{\"op\":\"send\",\"chat_id\":\"9\"}", 0);
    with(take, &h, "{\"type\":\"outbound\",\"action\":{\"op\":\"typing\",\"chat_id\":2}}", 0);
    CHECK(h.count == 3);
    with(take, &h, "{\"op\":\"follow_up\",\"session_key\":\"b\"}", 0);
    CHECK(h.count == 2);
    with(hands_give, &h, "{\"type\":\"interrupt_inbound\",\"session_key\":\"a\",\"chat_id\":\"1\"}", 0);
    CHECK(h.count == 0);

    live(&h, "a", "1", 1000);
    live(&h, "b", "2", 5000);
    CHECK(hands_until(&h) <= 1000 + HANDS_LIVE);
    hands_expire(&h, 999 + HANDS_LIVE);
    CHECK(h.count == 2);
    hands_expire(&h, 1000 + HANDS_LIVE);
    CHECK(h.count == 1 && hands_until(&h) <= 5000 + HANDS_LIVE);
    hands_expire(&h, 5000 + HANDS_LIVE);
    CHECK(h.count == 0 && hands_until(&h) == INT64_MAX);

    live(&h, "a", "1", 1);
    hands_free(&h);
    return failures > 0;
}
