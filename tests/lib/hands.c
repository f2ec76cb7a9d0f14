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

int main(void)
{
    struct hands h = {0};
    with(hands_give, &h, "{\"type\":\"inbound\",\"bufferId\":7,\"event\":{\"source\":{\"chat_id\":\"1\"}}}",
         0);
    with(hands_give, &h,
         "{\"type\":\"inbound\",\"bufferId\":\"7\",\"event\":{\"source\":{\"chat_id\":\"1\"}}}", 0);
    CHECK(h.count == 1 && hands_until(&h) == INT64_MAX); /* the same delivery again */
    with(take, &h, "{\"op\":\"send\",\"chat_id\":\"1\"}", 0);
    CHECK(h.count == 1); /* a buffered one waits for its ack */
    with(take, &h, "{\"type\":\"inbound_ack\",\"bufferId\":\"7\"}", 0);
    CHECK(h.count == 0);

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
