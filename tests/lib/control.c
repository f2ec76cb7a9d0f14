/* SPDX-License-Identifier: MIT */
/* Who asked for which action; what a result means for the exit status. */
#include <stdlib.h>

#include "check.h"
#include "control/asks.h"
#include "control/send.h"
#include "relay/result.h"

static char alice, bob;

/* Two writers with the same requestId get different ones, and their own back. */
static void test_same_id(void)
{
    struct asks a = {0};
    struct ask *of_alice = NULL, *of_bob = NULL;
    struct buf x = {0}, y = {0}, own = {0}, part = {0};
    asks_add(&a, &of_alice, &alice, span_of("\"r\""), &x);
    asks_add(&a, &of_bob, &bob, span_of("\"r\""), &y);
    CHECK(x.len == 34 && y.len == 34 && memcmp(x.p, y.p, 34) != 0 && a.n == 2);
    struct ask *k = asks_find(&a, buf_as_span(&y), &own);
    CHECK(k && k->who == &bob && reads(&own, "\"r\""));
    buf_printf(&part, "%.*s/12\"", (int)x.len - 1, x.p);
    k = asks_find(&a, buf_as_span(&part), &own);
    CHECK(k && k->who == &alice && reads(&own, "\"r/12\""));
    static const char *const bad[] = {"/", "/x", "/1x", ".1", "x", "/1234567890123"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        part.len = 0;
        buf_printf(&part, "%.*s%s\"", (int)x.len - 1, x.p, bad[i]);
        CHECK_THAT(!asks_find(&a, buf_as_span(&part), &own), "%s", bad[i]);
    }
    CHECK(!asks_find(&a, span_of("\"short\""), &own) && !asks_find(&a, span_of("null"), &own) &&
          !asks_find(&a, (struct span){NULL, 0}, &own));
    asks_leave(&a, &of_alice);
    CHECK(!of_alice);
    k = asks_find(&a, buf_as_span(&x), &own);
    CHECK(k && !k->who && a.n == 2);
    asks_close(&a, NULL, k);
    k = asks_find(&a, buf_as_span(&y), &own);
    asks_close(&a, &of_bob, k);
    CHECK(!of_bob && a.n == 0);
    buf_free(&x), buf_free(&y), buf_free(&own), buf_free(&part);
    asks_free(&a);
}

static void test_own(void)
{
    struct asks a = {0};
    struct ask *list = NULL;
    struct buf x = {0}, y = {0}, own = {0};
    asks_add(&a, &list, &alice, (struct span){NULL, 0}, &x);
    CHECK(asks_find(&a, buf_as_span(&x), &own) && holds(&own, buf_as_span(&x)));
    CHECK(!asks_own(list, (struct span){NULL, 0}, &y) && !asks_own(list, span_of("\"s\""), &y));
    x.len = 0;
    asks_add(&a, &list, &alice, span_of("\"s\""), &x);
    CHECK(asks_own(list, span_of("\"s\""), &y) && holds(&y, buf_as_span(&x)));
    buf_free(&x), buf_free(&y), buf_free(&own);
    asks_free(&a);
    CHECK(a.n == 0);
}

/* Many writers, in any order: each result finds its own. */
static void test_many(void)
{
    enum { N = 5000, WRITERS = 8 };
    struct asks a = {0};
    struct ask *lists[WRITERS] = {0};
    static struct buf ids[N];
    char who[WRITERS];
    srand48(3);
    for (int i = 0; i < N; i++) {
        struct buf own = {0};
        buf_printf(&own, "\"%d\"", i / WRITERS);
        asks_add(&a, &lists[i % WRITERS], &who[i % WRITERS], buf_as_span(&own), &ids[i]);
        buf_free(&own);
    }
    for (int left = N; left; left--) {
        int i = (int)(lrand48() % N);
        while (!ids[i].len)
            i = (i + 1) % N;
        struct buf own = {0}, want = {0};
        struct ask *k = asks_find(&a, buf_as_span(&ids[i]), &own);
        buf_printf(&want, "\"%d\"", i / WRITERS);
        CHECK(k && k->who == &who[i % WRITERS] && holds(&own, buf_as_span(&want)));
        asks_close(&a, &lists[i % WRITERS], k);
        buf_free(&ids[i]), buf_free(&own), buf_free(&want);
        ids[i].len = 0;
    }
    CHECK(a.n == 0 && !a.table);
    asks_free(&a);
}

static void test_status(void)
{
    static const struct {
        const char *result;
        int status;
    } rows[] = {
        {"{\"success\":true}", 0},
        {"{\"success\":false,\"error\":\"no\"}", 1},
        {"{\"success\":false,\"error\":\"relay outbound timed out\",\"ambiguous\":true}", 75},
        {"{\"success\":false,\"error\":\"relay transport closed\",\"ambiguous\":true}", 75},
        {"{\"success\":false,\"error\":\"relay transport closed\"}", 69},
        {"{\"success\":false,\"error\":\"relay transport not connected\"}", 69},
        {"{}", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct frame f = {0};
        struct result r;
        struct json_error e;
        struct buf line = {0};
        buf_printf(&line, "{\"type\":\"outbound_result\",\"requestId\":\"x\",\"result\":%s}", rows[i].result);
        CHECK(frame_parse(&f, buf_as_span(&line), &e));
        result_read(&r, &f);
        CHECK_THAT(control_status(&r) == rows[i].status, "row %zu", i);
        frame_free(&f);
        buf_free(&line);
    }
}

int main(void)
{
    test_same_id();
    test_own();
    test_many();
    test_status();
    return failures != 0;
}
