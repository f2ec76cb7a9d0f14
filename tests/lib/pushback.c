/* SPDX-License-Identifier: MIT */
/* The measure of a backlog. */
#include "stub/pushback.h"
#include "check.h"

static void take(struct pushback *p, const char *id, int64_t sent, int64_t acked)
{
    pushback_sent(p, sent);
    pushback_acked(p, span_of(id), acked);
}

static void test_taken(void)
{
    struct pushback p = {0};
    struct buf out = {0};
    CHECK(!pushback_over(&p, &out, 0, 1000) && !out.len);
    take(&p, "a", 1000, 1010);
    take(&p, "b", 1010, 1510);
    take(&p, "c", 1510, 2000);
    /* the time ends with the last ack */
    CHECK(pushback_over(&p, &out, 0, 9000));
    CHECK(reads(&out, "3 deliveries taken in 1.000 s, 3.0 per second, slowest ack after 0.500 s ('b')"));
    CHECK(!pushback_over(&p, &out, 0, 9000));
    take(&p, "d", 9000, 9000);
    CHECK(pushback_over(&p, &out, 0, 9000));
    CHECK(reads(&out, "1 deliveries taken in 0.000 s, 1000 per second, slowest ack after 0.000 s ('d')"));
    buf_free(&out);
}

static void test_left(void)
{
    struct pushback p = {0};
    struct buf out = {0};
    pushback_sent(&p, 1000);
    CHECK(pushback_over(&p, &out, 7, 3500));
    CHECK(reads(&out, "0 of 7 deliveries taken in 2.500 s; then the gateway left"));
    take(&p, "a", 4000, 4100);
    pushback_sent(&p, 4100);
    CHECK(pushback_over(&p, &out, 6, 6000));
    CHECK(reads(&out, "1 of 7 deliveries taken in 2.000 s, 0.5 per second, slowest ack after 0.100 s ('a'); "
                      "then the gateway left"));
    take(&p, "a", 4000, 4100);
    pushback_free(&p);
    CHECK(!pushback_over(&p, &out, 0, 5000));
    buf_free(&out);
}

int main(void)
{
    test_taken();
    test_left();
    return failures != 0;
}
