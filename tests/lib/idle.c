/* SPDX-License-Identifier: MIT */
/* When to ask for buffering. */
#include "relay/idle.h"
#include "check.h"

/* Whether a going_idle goes out ahead of the frame at that moment. */
static bool asks_at(struct idle *i, const char *text, int64_t now)
{
    struct frame f = {0};
    struct json_error e;
    CHECK(frame_parse(&f, span_of(text), &e));
    bool ask = idle_frame(i, &f, now);
    frame_free(&f);
    return ask;
}

#define OPEN                   "{\"type\":\"link\",\"state\":\"open\"}"
#define LOST                   "{\"type\":\"link\",\"state\":\"lost\"}"
#define DRAINING               "{\"type\":\"link\",\"state\":\"draining\"}"
#define ACK                    "{\"type\":\"going_idle_ack\"}"
#define IDLE                   "{\"type\":\"link\",\"state\":\"idle\"}"
#define HELLO                  "{\"type\":\"hello\"}"
#define OUTBOUND(id)           "{\"type\":\"outbound\",\"requestId\":\"" id "\"}"
#define RESULT(id)             "{\"type\":\"outbound_result\",\"requestId\":\"" id "\"}"
#define WORK(running, waiting) "{\"type\":\"work\",\"running\":" running ",\"waiting\":" waiting "}"
#define INBOUND                "{\"type\":\"inbound\"}"

static void test_ack(void)
{
    struct idle i;
    idle_init(&i, 0, 0);
    CHECK(idle_due(&i) == INT64_MAX && idle_tick(&i, 1 << 30) == IDLE_NOTHING);
    CHECK(asks_at(&i, DRAINING, 1000) && idle_due(&i) == 11000);
    CHECK(!asks_at(&i, DRAINING, 2000) && !asks_at(&i, IDLE, 2000) && !idle_ask(&i, 2000));
    CHECK(idle_tick(&i, 10999) == IDLE_NOTHING && idle_tick(&i, 11000) == IDLE_LATE);
    CHECK(idle_due(&i) == INT64_MAX && idle_tick(&i, 99000) == IDLE_NOTHING && idle_waits(&i) && i.late);
    /* if the ack is late, the flip is asked for again, once */
    CHECK(idle_ask(&i, 99000) && !idle_ask(&i, 99001) && idle_due(&i) == 109000);
    CHECK(!asks_at(&i, ACK, 100000) && !idle_waits(&i) && !idle_ask(&i, 100000) &&
          !asks_at(&i, DRAINING, 100000));
    idle_free(&i);
}

static void test_link(void)
{
    struct idle i;
    idle_init(&i, 0, 0);
    CHECK(!asks_at(&i, OPEN, 2) && asks_at(&i, IDLE, 3) && idle_due(&i) == 10003);
    /* the link is lost before the ack: the time stands still, and the flip is asked for again */
    CHECK(!asks_at(&i, LOST, 5000) && idle_due(&i) == INT64_MAX && idle_tick(&i, 50000) == IDLE_NOTHING);
    CHECK(asks_at(&i, OPEN, 60000) && idle_due(&i) == 70000 && !asks_at(&i, OPEN, 61000));
    CHECK(!asks_at(&i, ACK, 62000));
    /* asked while there is no link: it waits for one, and goes out once */
    CHECK(!asks_at(&i, LOST, 63000) && idle_ask(&i, 64000) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, LOST, 64500) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, OPEN, 65000) && idle_due(&i) == 75000);
    idle_free(&i);
}

/* What silence asked for ends with the link, behind which a backlog may wait; what somebody asked for does not. */
static void test_silence(void)
{
    struct idle i;
    idle_init(&i, 500, 0);
    CHECK(!asks_at(&i, OPEN, 0) && idle_tick(&i, 500) == IDLE_ASK && idle_waits(&i));
    CHECK(!asks_at(&i, LOST, 900) && !asks_at(&i, OPEN, 2000) && !idle_waits(&i) && idle_due(&i) == 2500);
    CHECK(idle_tick(&i, 2500) == IDLE_ASK && idle_due(&i) == 12500);
    CHECK(!asks_at(&i, LOST, 2600) && !idle_ask(&i, 2700) && idle_waits(&i));
    CHECK(asks_at(&i, OPEN, 3000) && idle_due(&i) == 13000);
    CHECK(!asks_at(&i, ACK, 3100) && i.flipped);
    idle_free(&i);
}

/* An ack that was not asked for: a later going_idle still goes out, and no ack is awaited. */
static void test_unasked_ack(void)
{
    struct idle i;
    idle_init(&i, 500, 0);
    CHECK(!asks_at(&i, OPEN, 0) && !asks_at(&i, ACK, 100) && idle_due(&i) == 500);
    CHECK(idle_tick(&i, 500) == IDLE_ASK && idle_due(&i) == INT64_MAX && !idle_waits(&i));
    CHECK(asks_at(&i, DRAINING, 600) && !idle_waits(&i));
    CHECK(!asks_at(&i, ACK, 700) && i.flipped && !asks_at(&i, DRAINING, 800));
    CHECK(!asks_at(&i, LOST, 900) && !asks_at(&i, OPEN, 1000) && asks_at(&i, DRAINING, 1001) &&
          idle_waits(&i));
    idle_free(&i);
}

static void test_after(void)
{
    struct idle i;
    idle_init(&i, 500, 0);
    /* not before there is a sign of a link */
    CHECK(idle_due(&i) == INT64_MAX && !asks_at(&i, HELLO, 100) && !asks_at(&i, OUTBOUND("x"), 100));
    CHECK(idle_due(&i) == INT64_MAX && !asks_at(&i, RESULT("x"), 200) && idle_due(&i) == 700);
    CHECK(!asks_at(&i, INBOUND, 400) && idle_due(&i) == 900 && !asks_at(&i, HELLO, 800) &&
          idle_due(&i) == 900);
    CHECK(idle_tick(&i, 899) == IDLE_NOTHING && idle_tick(&i, 900) == IDLE_ASK && idle_due(&i) == 10900);
    CHECK(!asks_at(&i, INBOUND, 1400) && idle_due(&i) == 10900);
    CHECK(!asks_at(&i, ACK, 1500) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, LOST, 2000) && idle_due(&i) == INT64_MAX && !asks_at(&i, OPEN, 9000) &&
          idle_due(&i) == 9500);
    CHECK(!asks_at(&i, "{\"type\":\"going_idle\"}", 9100) && idle_due(&i) == 19100 && !idle_ask(&i, 9200));
    /* late: ask again after the same time at rest */
    CHECK(idle_tick(&i, 19100) == IDLE_LATE && idle_due(&i) == 19600 && idle_tick(&i, 19600) == IDLE_ASK);
    idle_free(&i);
}

/* The time counts only while the ring is at rest: no work in hand, no result owed. */
static void test_rest(void)
{
    struct idle i;
    idle_init(&i, 500, 0);
    CHECK(!asks_at(&i, OPEN, 0) && !asks_at(&i, WORK("1", "0"), 100) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, WORK("0", "3"), 200) && idle_due(&i) == INT64_MAX &&
          idle_tick(&i, 90000) == IDLE_NOTHING);
    CHECK(!asks_at(&i, WORK("0", "0"), 90000) && idle_due(&i) == 90500);
    CHECK(!asks_at(&i, WORK("0", "0"), 90400) && idle_due(&i) == 90500);
    CHECK(!asks_at(&i, OUTBOUND("a"), 90410) && !asks_at(&i, OUTBOUND("b"), 90420) &&
          idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, RESULT("a"), 90430) && !asks_at(&i, RESULT("a"), 90440) &&
          !asks_at(&i, RESULT("c"), 90440) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, RESULT("b"), 91000) && idle_due(&i) == 91500);
    /* busy again while a going_idle is out: the ack is still awaited */
    CHECK(idle_tick(&i, 91500) == IDLE_ASK && !asks_at(&i, WORK("1", "0"), 91600) && idle_due(&i) == 101500);
    CHECK(!asks_at(&i, ACK, 91700) && i.flipped);
    idle_free(&i);
}

/* What a frame does not say counts as nothing: no number is 0, and an outbound without an id, or with one
 * that is too long, is owed no result. */
static void test_left_out(void)
{
    struct idle i;
    char text[IDLE_ID_MAX + 64], id[IDLE_ID_MAX + 2];
    idle_init(&i, 500, 0);
    CHECK(!asks_at(&i, OPEN, 0) && !asks_at(&i, "{\"type\":\"work\",\"waiting\":1}", 100) &&
          idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, "{\"type\":\"work\"}", 200) && idle_due(&i) == 700);
    CHECK(!asks_at(&i, "{\"type\":\"outbound\"}", 300) && idle_due(&i) == 800);
    memset(id, 'x', sizeof id);
    snprintf(text, sizeof text, OUTBOUND("%.*s"), IDLE_ID_MAX + 1, id);
    CHECK(!asks_at(&i, text, 400) && idle_due(&i) == 900);
    snprintf(text, sizeof text, OUTBOUND("%.*s"), IDLE_ID_MAX, id);
    CHECK(!asks_at(&i, text, 500) && idle_due(&i) == INT64_MAX);
    snprintf(text, sizeof text, RESULT("%.*s"), IDLE_ID_MAX, id);
    CHECK(!asks_at(&i, text, 600) && idle_due(&i) == 1100);
    /* another state of the link is not an end of it, and "closed" is one */
    CHECK(!asks_at(&i, "{\"type\":\"link\",\"state\":\"dialing\"}", 700) && idle_due(&i) == 1100);
    CHECK(!asks_at(&i, "{\"type\":\"link\",\"state\":\"closed\"}", 800) && idle_due(&i) == INT64_MAX);
    idle_free(&i);
}

int main(void)
{
    test_left_out();
    test_ack();
    test_link();
    test_silence();
    test_unasked_ack();
    test_after();
    test_rest();
    return failures != 0;
}
