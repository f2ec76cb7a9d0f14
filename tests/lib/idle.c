/* SPDX-License-Identifier: MIT */
/* When to ask for buffering. */
#include "check.h"
#include "relay/idle.h"

/* Whether a going_idle goes out ahead of that frame at that moment. */
static bool asks_at(struct idle *i, const char *text, int64_t now)
{
    struct frame f = {0};
    struct json_error e;
    CHECK(frame_parse(&f, span_of(text), &e));
    bool ask = idle_frame(i, &f, now);
    frame_free(&f);
    return ask;
}

#define OPEN     "{\"type\":\"link\",\"state\":\"open\"}"
#define LOST     "{\"type\":\"link\",\"state\":\"lost\"}"
#define DRAINING "{\"type\":\"link\",\"state\":\"draining\"}"
#define ACK      "{\"type\":\"going_idle_ack\"}"
#define INBOUND  "{\"type\":\"inbound\"}"

static void test_idle_ack(void)
{
    struct idle i;
    idle_init(&i, 0, 0);
    CHECK(idle_due(&i) == INT64_MAX && idle_tick(&i, 1 << 30) == IDLE_NOTHING);
    CHECK(asks_at(&i, DRAINING, 1000) && idle_due(&i) == 11000);
    CHECK(!asks_at(&i, DRAINING, 2000) && !idle_ask(&i, 2000));
    CHECK(idle_tick(&i, 10999) == IDLE_NOTHING && idle_tick(&i, 11000) == IDLE_LATE);
    CHECK(idle_due(&i) == INT64_MAX && idle_tick(&i, 99000) == IDLE_NOTHING && i.asked && i.late);
    CHECK(!idle_ask(&i, 99000));
    CHECK(!asks_at(&i, ACK, 100000) && !i.asked && !idle_ask(&i, 100000));
    /* a new link */
    CHECK(!asks_at(&i, LOST, 1) && !asks_at(&i, OPEN, 2) && idle_ask(&i, 3) && idle_due(&i) == 10003);
    /* lost before the ack: the time stands still, and it is asked again */
    CHECK(!asks_at(&i, LOST, 5000) && idle_due(&i) == INT64_MAX && idle_tick(&i, 50000) == IDLE_NOTHING);
    CHECK(asks_at(&i, OPEN, 60000) && idle_due(&i) == 70000 && !asks_at(&i, OPEN, 61000));
    CHECK(!asks_at(&i, ACK, 62000));
    /* asked while there is no link: it waits in front of it, and goes out once */
    CHECK(!asks_at(&i, LOST, 63000) && idle_ask(&i, 64000) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, LOST, 64500) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, OPEN, 65000) && idle_due(&i) == 75000);
}

static void test_idle_after(void)
{
    struct idle i;
    idle_init(&i, 500, 0);
    CHECK(idle_due(&i) == 500 && !asks_at(&i, INBOUND, 400) && idle_due(&i) == 900);
    CHECK(!asks_at(&i, "{\"type\":\"hello\"}", 800) && idle_due(&i) == 900);
    CHECK(!asks_at(&i, "{\"type\":\"outbound\"}", 850) && idle_due(&i) == 1350);
    CHECK(idle_tick(&i, 1349) == IDLE_NOTHING && idle_tick(&i, 1350) == IDLE_ASK && idle_due(&i) == 11350);
    CHECK(!asks_at(&i, INBOUND, 1400) && idle_due(&i) == 11350);
    CHECK(!asks_at(&i, ACK, 1500) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, LOST, 2000) && idle_due(&i) == INT64_MAX && !asks_at(&i, OPEN, 9000) &&
          idle_due(&i) == 9500);
    CHECK(!asks_at(&i, "{\"type\":\"going_idle\"}", 9100) && idle_due(&i) == 19100 && !idle_ask(&i, 9200));
}

int main(void)
{
    test_idle_ack();
    test_idle_after();
    return failures != 0;
}
