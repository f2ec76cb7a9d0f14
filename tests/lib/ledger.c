/* SPDX-License-Identifier: MIT */
/* The ledger of owed replies, and the queue of frames not yet handed to a connection. */
#include <stdlib.h>

#include "check.h"
#include "dial/ledger.h"
#include "dial/lines.h"
#include "relay/result.h"

static struct frame f;

static const struct frame *frame(const char *text)
{
    struct json_error e;
    CHECK_THAT(frame_parse(&f, span_of(text), &e), "%s", text);
    return &f;
}

static bool owes(struct ledger *l, const char *text, uint64_t number, int64_t now)
{
    return ledger_owe(l, frame(text), number, now * 1000) == NULL;
}

static enum ledger_answer books(struct ledger *l, const char *text)
{
    return ledger_book(l, frame(text));
}

#define OUT(id) \
    "{\"type\":\"outbound\",\"requestId\":\"" id "\",\"action\":{\"op\":\"send\",\"chat_id\":\"c\"}}"
#define RESULT(id)    "{\"type\":\"outbound_result\",\"requestId\":\"" id "\",\"result\":{}}"
#define HELLO(p)      "{\"type\":\"hello\",\"platform\":\"" p "\",\"botId\":\"\"}"
#define DESCRIPTOR(p) "{\"type\":\"descriptor\",\"descriptor\":{\"platform\":\"" p "\"}}"

static void check_outbound(void)
{
    struct ledger *l = ledger_new();
    CHECK(owes(l, OUT("a"), 1, 1000) && owes(l, OUT("b"), 2, 2000));
    CHECK(!owes(l, OUT("a"), 3, 2000)); /* in flight */
    CHECK(!owes(l, "{\"type\":\"outbound\",\"requestId\":7,\"action\":{}}", 3, 2000));
    CHECK(ledger_count(l) == 2 && ledger_count_type(l, FRAME_OUTBOUND) == 2);
    CHECK(ledger_next(l) == 1000 + LEDGER_OUTBOUND_MS && ledger_oldest(l, FRAME_OUTBOUND) == 1000);
    const struct owed *o = ledger_find(l, frame(RESULT("\\u0061"))); /* "a", written differently */
    CHECK(o && o->frame == 1 && span_eq(o->key, "\"a\"") && span_eq(o->op, "\"send\"") &&
          span_eq(o->chat, "\"c\""));
    CHECK(books(l, RESULT("\\u0061")) == LEDGER_SETTLED);
    CHECK(books(l, RESULT("a")) == LEDGER_AGAIN && !ledger_find(l, frame(RESULT("a"))));
    CHECK(books(l, RESULT("unknown")) == LEDGER_NO_ANSWER);
    CHECK(!ledger_overdue(l, 2000 + LEDGER_OUTBOUND_MS - 1));
    o = ledger_overdue(l, 2000 + LEDGER_OUTBOUND_MS);
    CHECK(o && o->frame == 2);
    ledger_close(l, o);
    CHECK(books(l, RESULT("b")) == LEDGER_AGAIN);
    CHECK(ledger_count(l) == 0 && ledger_next(l) == INT64_MAX &&
          ledger_oldest(l, FRAME_OUTBOUND) == INT64_MAX);
    CHECK(owes(l, OUT("a"), 4, 0)); /* answered: the id may be used again */
    CHECK(books(l, RESULT("a")) == LEDGER_SETTLED);
    ledger_free(l);
}

static void check_handshake(void)
{
    struct ledger *l = ledger_new();
    CHECK(owes(l, HELLO("discord"), 1, 0) && owes(l, HELLO("slack"), 2, 0));
    CHECK(books(l, DESCRIPTOR("slack")) == LEDGER_SETTLED);
    CHECK(ledger_each(l, NULL)->frame == 1);
    CHECK(books(l, DESCRIPTOR("other")) == LEDGER_SETTLED); /* if none names it, the oldest is settled */
    CHECK(books(l, DESCRIPTOR("discord")) == LEDGER_NO_ANSWER);
    CHECK(books(l, "{\"type\":\"going_idle_ack\"}") == LEDGER_NO_ANSWER);
    CHECK(owes(l, "{\"type\":\"going_idle\"}", 3, 100));
    CHECK(ledger_next(l) == 100 + LEDGER_GOING_IDLE_MS);
    CHECK(books(l, "{\"type\":\"going_idle_ack\"}") == LEDGER_SETTLED);
    CHECK(owes(l, "{\"type\":\"inbound_ack\",\"bufferId\":\"b\"}", 4, 0) && ledger_count(l) == 0);
    CHECK(ledger_patience(FRAME_HELLO) == LEDGER_HELLO_MS && ledger_patience(FRAME_INBOUND) == 0);
    ledger_free(l);
}

/* A descriptor settles the oldest hello of its own platform, whatever stands before it. */
static void check_platforms(void)
{
    static const char *const nameless = "{\"type\":\"hello\",\"botId\":\"\"}";
    struct ledger *l = ledger_new();
    CHECK(owes(l, nameless, 1, 0) && owes(l, HELLO("aaaa"), 2, 0) && owes(l, HELLO("bbbb"), 3, 0));
    CHECK(owes(l, HELLO("bbbb"), 4, 0) && owes(l, HELLO(""), 5, 0));
    CHECK(ledger_count_type(l, FRAME_HELLO) == 5 && ledger_count_type(l, FRAME_INBOUND) == 0);
    CHECK(books(l, DESCRIPTOR("bbbb")) == LEDGER_SETTLED);
    const struct owed *o = ledger_each(l, NULL);
    CHECK(o->frame == 1 && !o->key.p); /* it has no platform */
    CHECK((o = ledger_each(l, o))->frame == 2 && (o = ledger_each(l, o))->frame == 4);
    CHECK(books(l, DESCRIPTOR("")) == LEDGER_SETTLED && ledger_each(l, o) == NULL);
    CHECK(owes(l, HELLO(""), 6, 0));
    CHECK(books(l, "{\"type\":\"descriptor\"}") == LEDGER_SETTLED && ledger_each(l, o) == NULL);
    CHECK(books(l, DESCRIPTOR("cccc")) == LEDGER_SETTLED && ledger_each(l, NULL)->frame == 2);
    ledger_free(l);
}

/* Answered outbounds are remembered up to a bound. */
static void check_memory(void)
{
    struct ledger *l = ledger_new();
    char text[128];
    for (int i = 0; i < LEDGER_REMEMBERED + 10; i++) {
        snprintf(text, sizeof text, "{\"type\":\"outbound\",\"requestId\":\"r%d\",\"action\":{}}", i);
        CHECK(owes(l, text, (uint64_t)i + 1, i));
        snprintf(text, sizeof text, "{\"type\":\"outbound_result\",\"requestId\":\"r%d\",\"result\":{}}", i);
        CHECK(books(l, text) == LEDGER_SETTLED);
    }
    CHECK(books(l, RESULT("r9")) == LEDGER_NO_ANSWER && books(l, RESULT("r10")) == LEDGER_AGAIN);
    ledger_free(l);
}

static void check_result(void)
{
    struct buf b = {0};
    ledger_result(&b, span_of("\"x\""), span_of("no \"link\""), true, 0);
    CHECK(reads(&b,
                "{\"type\":\"outbound_result\",\"requestId\":\"x\",\"result\":{\"success\":false,\"error\":"
                "\"no \\\"link\\\"\",\"ambiguous\":true},\"synthetic\":true}"));
    ledger_result(&b, span_of("\"x\""), span_of("no"), false, RESULT_MORE | RESULT_AGAIN);
    CHECK(reads(&b,
                "{\"type\":\"outbound_result\",\"requestId\":\"x\",\"result\":{\"success\":false,\"error\":"
                "\"no\"},\"synthetic\":true,\"more\":true,\"again\":true}"));
    buf_free(&b);
}

/* The queue against a plain list: frames come out in order, each once, cancelled ones not at all. */
static void check_lines(void)
{
    enum { MANY = 5000 };
    static bool out[MANY + 1];
    struct lines l = {0};
    struct line line;
    struct span text;
    uint64_t next = 1;
    uint32_t r = 1;
    for (int i = 1; i <= MANY; i++) {
        char t[300];
        r = r * 1103515245u + 12345u;
        int n = snprintf(t, sizeof t, "%d:%.*s", i, (int)(r >> 24),
                         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        CHECK(lines_add(&l, FRAME_OUTBOUND, (struct span){t, (size_t)n}) == (uint64_t)i);
        uint64_t victim = (r >> 8) % (uint32_t)i + 1;
        if (r >> 30 == 0 && victim >= next) {
            lines_cancel(&l, victim);
            out[victim] = true;
        }
        for (unsigned k = r >> 13 & 3; k && lines_next(&l, &line, &text); k--) {
            while (out[next])
                next++;
            CHECK_THAT(line.number == next++ && (uint64_t)atoll(text.p) == line.number, "frame %d", i);
        }
    }
    while (lines_next(&l, &line, &text)) {
        while (out[next])
            next++;
        CHECK(line.number == next++);
    }
    CHECK(lines_pending(&l) == 0);
    lines_cancel(&l, 3); /* long gone */
    lines_free(&l);
}

int main(void)
{
    check_outbound();
    check_handshake();
    check_platforms();
    check_memory();
    check_result();
    check_lines();
    frame_free(&f);
    return failures > 0;
}
