/* SPDX-License-Identifier: MIT */
/* Requests: ids given and taken, results found by them, and 20,000 random steps against a plain list. */
#include <stdlib.h>

#include "check.h"
#include "run/requests.h"
#include "json/json.h"

static struct turn *turn_of(const char *session)
{
    struct buf line = {0};
    struct frame fr = {0};
    struct json_error e;
    buf_printf(&line, "{\"type\":\"inbound\",\"event\":{\"text\":\"x\"},\"session_key\":\"%s\"}", session);
    CHECK(frame_parse(&fr, buf_as_span(&line), &e));
    struct turn *t = turn_new(&fr);
    frame_free(&fr);
    buf_free(&line);
    return t;
}

static const char *add(struct requests *r, struct turn *t, const char *action, struct request **made)
{
    struct buf b = {0};
    buf_str(&b, action);
    const char *why = requests_add(r, t, &b, made);
    buf_free(&b);
    return why;
}

static bool made(struct requests *r, const char *id)
{
    struct buf b = {0};
    buf_printf(&b, "\"%s\"", id);
    bool there = requests_find(r, buf_as_span(&b)) != NULL;
    buf_free(&b);
    return there;
}

static void test_stamp(void)
{
    static const struct {
        const char *before, *after; /* of an action that has no requestId */
    } rows[] = {
        {"{\"op\":\"send\"}", "{\"op\":\"send\",\"requestId\":\""},
        {"{ \"op\" : \"typing\" }", "{ \"op\" : \"typing\",\"requestId\":\""},
        {" {\"op\":\"typing\"} ", "{\"op\":\"typing\",\"requestId\":\""},
        {"{\"requestId\":null,\"op\":\"x\"}", "{\"requestId\":\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct requests r = {.wanted = true};
        struct turn *t = turn_of("s");
        struct request *q;
        struct json_error e;
        struct buf b = {0};
        buf_str(&b, rows[i].before);
        CHECK(!requests_add(&r, t, &b, &q) && q && q->turn == t && q->content == (i == 0));
        size_t n = strlen(rows[i].after);
        CHECK_THAT(b.len > n + 32 && memcmp(b.p, rows[i].after, n) == 0 && json_valid(b.p, b.len, &e), "%s",
                   buf_cstr(&b));
        struct span id = json_find(buf_as_span(&b), "requestId");
        CHECK(id.n == 34 && strspn(id.p + 1, "0123456789abcdef") == 32 && requests_find(&r, id) == q);
        turn_free(t);
        CHECK(!r.table);
        buf_free(&b);
    }
}

static void test_given(void)
{
    struct requests r = {.wanted = true}, deaf = {0};
    struct turn *t = turn_of("s"), *u = turn_of("t");
    struct request *q, *p;
    CHECK(!add(&r, t, "{\"op\":\"prompt\",\"requestId\":\"a\"}", &q) && q->content);
    CHECK(add(&r, u, "{\"op\":\"send\",\"requestId\":\"\\u0061\"}", NULL)); /* in flight */
    CHECK(add(&r, u, "{\"op\":\"send\",\"requestId\":7}", &p) && !p);
    CHECK(add(&r, u, "\r{\"op\":\"send\",\"requestId\":\"a\"}\r", &p) && !p);
    CHECK(!add(&r, u, "{\"op\":\"interrupt\",\"session_key\":\"x\"}", &p) && !p);
    CHECK(!add(&r, u, "{\"op\":\"send\",\"requestId\":\"b/3\"}", &p) && p);
    CHECK(requests_find(&r, span_of("\"a\"")) == q && requests_find(&r, span_of("\"a/12\"")) == q);
    CHECK(requests_find(&r, span_of("\"b/3\"")) == p && requests_find(&r, span_of("\"b/3/2\"")) == p);
    CHECK(!made(&r, "b") && !made(&r, "b/2") && !made(&r, "a/") && !made(&r, "a/x") && !made(&r, "/2"));
    CHECK(!requests_find(&r, span_of("7")) && !requests_find(&r, (struct span){NULL, 0}));
    CHECK(!add(&r, u, "{\"op\":\"send\",\"requestId\":\"\"}", &p) && requests_find(&r, span_of("\"\"")) == p);
    CHECK(add(&r, t, "{\"op\":\"send\",\"requestId\":\"\"}", NULL));
    CHECK(!add(&r, u, "{\"op\":\"stream\",\"requestId\":\"c\"}", &q) && q);
    CHECK(!add(&r, u, "{\"op\":\"stream\",\"requestId\":\"c\"}", &p) && p == q); /* a text that grows */
    CHECK(add(&r, t, "{\"op\":\"stream\",\"requestId\":\"c\"}", &p) && !p);
    requests_close(q);
    q = requests_find(&r, span_of("\"a\""));
    requests_close(q);
    CHECK(!made(&r, "a") && made(&r, "b/3"));
    CHECK(!add(&r, u, "{\"op\":\"send\",\"requestId\":\"a\"}", NULL)); /* its id is free again */
    requests_leave(u);
    CHECK(!made(&r, "a") && !made(&r, "b/3") && !r.table);
    CHECK(!add(&deaf, t, "{\"op\":\"send\",\"requestId\":\"a\"}", &q) && !q && !deaf.table);
    turn_free(t);
    turn_free(u);
}

static void test_long(void)
{
    struct requests r = {.wanted = true};
    struct turn *t = turn_of("s");
    struct buf b = {0};
    buf_printf(&b, "{\"op\":\"send\",\"requestId\":\"%0*d\"}", REQUEST_ID_MAX - 2, 0);
    CHECK(!add(&r, t, buf_cstr(&b), NULL));
    b.len = 0;
    buf_printf(&b, "{\"op\":\"send\",\"requestId\":\"%0*d\"}", REQUEST_ID_MAX - 1, 0);
    CHECK(add(&r, t, buf_cstr(&b), NULL));
    buf_free(&b);
    turn_free(t);
}

/* Behind a queue: the same ids in each run, whatever else comes between. */
static void test_delivery(void)
{
    static const char *const actions[] = {"{\"op\":\"send\"}", "{\"op\":\"send\"}", "{\"op\":\"thread_create\"}"};
    struct requests r[2] = {{.wanted = true}, {0}};
    struct turn *t[2] = {turn_of("s"), turn_of("s")}, *u = turn_of("s");
    struct span ids[2][3], v;
    struct buf b[2][3] = {{{0}}}, other = {0};
    for (int i = 0; i < 2; i++) {
        t[i]->delivery = span_of(i ? "\"g/b/1\"" : "\"g\\u002fb\\/1\"");
        for (int k = 0; k < 3; k++) {
            CHECK(!add(&r[i], t[i], i ? "{\"op\":\"typing\"}" : "{\"op\":\"react\"}", NULL));
            buf_str(&b[i][k], actions[k]);
            CHECK(!requests_add(&r[i], t[i], &b[i][k], NULL));
            ids[i][k] = json_find(buf_as_span(&b[i][k]), "requestId");
            CHECK(ids[i][k].n == 34 && (!i || span_same(ids[0][k], ids[1][k])));
        }
        CHECK(!span_same(ids[i][0], ids[i][1]) && !span_same(ids[i][1], ids[i][2]));
    }
    u->delivery = span_of("\"g/b/2\"");
    buf_str(&other, actions[0]);
    CHECK(!requests_add(&r[1], u, &other, NULL));
    v = json_find(buf_as_span(&other), "requestId");
    CHECK(v.n == 34 && !span_same(v, ids[0][0]));
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 3; k++)
            buf_free(&b[i][k]);
        turn_free(t[i]);
    }
    turn_free(u);
    buf_free(&other);
}

static void test_bound(void)
{
    struct requests r = {.wanted = true};
    struct turn *t = turn_of("s");
    struct buf b = {0};
    for (int i = 0; i < REQUESTS_MAX + 2; i++) {
        b.len = 0;
        buf_printf(&b, "{\"op\":\"send\",\"requestId\":\"%d\"}", i);
        CHECK(!requests_add(&r, t, &b, NULL));
    }
    CHECK(!made(&r, "0") && !made(&r, "1") && made(&r, "2"));
    buf_free(&b);
    turn_free(t);
    CHECK(!r.table);
}

static void test_random(void)
{
    enum { TURNS = 4, IDS = 16, STEPS = 20000 };
    struct requests r = {.wanted = true};
    struct turn *turns[TURNS];
    int owner[IDS];
    unsigned state = 1;
    for (int i = 0; i < TURNS; i++)
        turns[i] = turn_of("s");
    for (int i = 0; i < IDS; i++)
        owner[i] = -1;
    for (int step = 0; step < STEPS; step++) {
        state = state * 1664525U + 1013904223U;
        int id = (int)(state >> 16) % IDS, t = (int)(state >> 24) % TURNS;
        char text[64];
        snprintf(text, sizeof text, "\"%d\"", id);
        struct request *q = requests_find(&r, span_of(text));
        CHECK((q != NULL) == (owner[id] >= 0) && (!q || q->turn == turns[owner[id]]));
        if (state % 16 == 0) {
            requests_leave(turns[t]);
            for (int i = 0; i < IDS; i++)
                owner[i] = owner[i] == t ? -1 : owner[i];
        } else if (q) {
            requests_close(q);
            owner[id] = -1;
        } else {
            snprintf(text, sizeof text, "{\"op\":\"send\",\"requestId\":\"%d\"}", id);
            CHECK(!add(&r, turns[t], text, NULL));
            owner[id] = t;
        }
    }
    for (int i = 0; i < TURNS; i++)
        turn_free(turns[i]);
    CHECK(!r.table);
}

int main(void)
{
    test_stamp();
    test_given();
    test_long();
    test_delivery();
    test_bound();
    test_random();
    return failures != 0;
}
