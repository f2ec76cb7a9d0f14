/* SPDX-License-Identifier: MIT */
/* The pure parts of the bus and of the pool: waiting requests, names, answers, complaints, versions. */
#include <stdlib.h>

#include "check.h"
#include "queue/complaint.h"
#include "queue/greeting.h"
#include "queue/pool_internal.h"
#include "queue/waits.h"

static struct buf out;

static void nothing(void *ctx, const struct bus_message *m)
{
    (void)ctx, (void)m;
}

static bool due(struct waits *w, int64_t now, uint64_t id)
{
    struct wait *one = waits_due(w, now, w->last);
    bool ok = id ? one && one->id == id : !one;
    if (one)
        wait_free(one);
    return ok;
}

static void waiting(void)
{
    struct waits w = {0};
    int v = 7;
    CHECK(waits_until(&w) == INT64_MAX && due(&w, INT64_MAX, 0));
    for (int i = 0; i < 3; i++)
        waits_add(&w, i == 1 ? "b" : "a", 100 - i, nothing, &v, sizeof v);
    CHECK(waits_until(&w) == 98 && due(&w, 97, 0) && due(&w, 98, 3));
    struct wait *one = waits_take(&w, 1);
    CHECK(one && one->ctx != &v && *(int *)one->ctx == 7 && one->status == BUS_TIMEOUT);
    wait_free(one);
    CHECK(!waits_take(&w, 1) && !waits_take(&w, 99) && !waits_take(&w, 0));
    CHECK(waits_fail_all(&w, span_of("a"), false, BUS_REFUSED) == 0);
    CHECK(waits_fail_all(&w, span_of("b"), false, BUS_REFUSED) == 1);
    one = waits_due(&w, 0, w.last);
    CHECK(one && one->id == 2 && one->status == BUS_REFUSED);
    wait_free(one);
    /* What was added later than `last` is left, even if it is due. */
    waits_add(&w, "a", 0, nothing, NULL, 0);
    CHECK(!waits_due(&w, 10, 3));
    waits_free(&w);
    CHECK(waits_add(&w, "a", 0, nothing, NULL, 0)->id == 5);
    waits_free(&w);
}

enum { MANY = 2000 };

/* A model: all moments in an array. */
static void many_waiting(void)
{
    static int64_t at[MANY + 1];
    struct waits w = {0};
    unsigned seed = 1;
    for (uint64_t i = 1; i <= MANY; i++) {
        seed = seed * 1103515245u + 12345u;
        at[i] = (int64_t)(seed >> 16) % 500;
        waits_add(&w, "s", at[i], nothing, NULL, 0);
        if (i % 3 == 0) {
            uint64_t gone = seed % i + 1;
            struct wait *one = waits_take(&w, gone);
            CHECK((one != NULL) == (at[gone] >= 0));
            if (one)
                wait_free(one);
            at[gone] = -1;
        }
        if (i == MANY / 2) {
            waits_hurry(&w, 300);
            for (uint64_t j = 1; j <= i; j++)
                at[j] = at[j] > 300 ? 300 : at[j];
        }
    }
    int64_t last = -1;
    for (struct wait *one; (one = waits_due(&w, 1000, w.last)); wait_free(one)) {
        CHECK(one->at == at[one->id] && one->at >= last);
        last = one->at;
        at[one->id] = -1;
    }
    for (uint64_t i = 1; i <= MANY; i++)
        CHECK(at[i] == -1);
    waits_free(&w);
}

static bool is_token(struct span t)
{
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] <= ' ' || t.p[i] >= 0x7f || strchr(".*>", t.p[i]))
            return false;
    return t.n;
}

static bool goes_round(struct span text)
{
    struct buf token = {0}, back = {0};
    pool_token(&token, text);
    pool_untoken(&back, buf_as_span(&token));
    bool ok = is_token(buf_as_span(&token)) && back.len == text.n &&
              (!text.n || memcmp(back.p, text.p, text.n) == 0);
    buf_free(&token);
    buf_free(&back);
    return ok;
}

static void names(void)
{
    static const char *const tokens[][2] = {
        {"", "-"},
        {"-", "%2D"},
        {"g1", "g1"},
        {"agent:main:discord:dm:42", "agent:main:discord:dm:42"},
        {"a.b", "a%2Eb"},
        {"*>%", "%2A%3E%25"},
        {"\xc3\xa4 \r\n", "%C3%A4%20%0D%0A"},
        {"%2E", "%252E"},
        {"$JS/\"\\", "$JS/\"\\"},
    };
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        pool_token(&out, span_of(tokens[i][0]));
        CHECK_THAT(reads(&out, tokens[i][1]), "%s", tokens[i][0]);
        CHECK(goes_round(span_of(tokens[i][0])));
    }
    for (int i = 0; i < 256; i++)
        CHECK_THAT(goes_round((struct span){(char[]){(char)i, 'x', (char)i}, 3}), "byte %d", i);
    pool_untoken(&out, span_of("%zz%4%41%"));
    CHECK(reads(&out, "%zz%4A%"));
    CHECK(pool_name_fits("relay") && pool_name_fits("A-b_9") && !pool_name_fits("") &&
          !pool_name_fits("a.b") && !pool_name_fits("a b") && !pool_name_fits("ä"));
    struct pool p = {.name = "relay"};
    pool_subject(&out, &p, "in", span_of("g"), span_of("s"));
    CHECK(reads(&out, "relay.in.g.s"));
    pool_subject(&out, &p, "out", span_of("g"), (struct span){0});
    CHECK(reads(&out, "relay.out.g"));
}

/* Texts that are cut have different tokens, of a length that no whole text's token has. */
static void long_names(void)
{
    struct buf a = {0}, b = {0}, text = {0};
    for (size_t n = 150; n < 260; n++) {
        text.len = a.len = b.len = 0;
        for (size_t i = 0; i < n; i++)
            buf_ch(&text, i % 7 ? 'x' : '.');
        pool_token(&a, buf_as_span(&text));
        bool whole = goes_round(buf_as_span(&text));
        CHECK_THAT(is_token(buf_as_span(&a)) && whole == (a.len <= POOL_TOKEN) && a.len < 200, "%zu", n);
        text.p[n - 1]++;
        pool_token(&b, buf_as_span(&text));
        CHECK(!span_same(buf_as_span(&a), buf_as_span(&b)));
    }
    for (out.len = 0; out.len < 5000;)
        buf_str(&out, "\r\nX-Evil: 1 ");
    a.len = 0;
    pool_id(&a, buf_as_span(&out));
    CHECK(a.len < 500 && !memchr(a.p, '\n', a.len) && !memchr(a.p, '\r', a.len) && !memchr(a.p, ' ', a.len));
    out.len = 0;
    buf_free(&a);
    buf_free(&b);
    buf_free(&text);
}

static bool ack(const char *subject, uint64_t delivered, uint64_t seq)
{
    struct token_facts t = {0};
    bool ok = pool_token_read(&t, span_of(subject));
    return delivered ? ok && t.delivered == delivered && t.seq == seq : !ok;
}

static void acks(void)
{
    CHECK(ack("$JS.ACK.relay_ready.workers.3.17.20.1700000000000.5", 3, 17));
    CHECK(ack("$JS.ACK.hub.ACCHASH.relay_ready.workers.3.17.20.1700000000000.5", 3, 17));
    CHECK(ack("$JS.ACK.hub.ACCHASH.relay_ready.workers.3.17.20.1700000000000.5.rnd", 3, 17));
    CHECK(ack("$JS.ACK.s.c.28446744073709551609.1.1.1.0", 0, 0)); /* beyond what is read */
    CHECK(ack("$JS.ACK.s.c.x.1.1.1.0", 0, 0) && ack("$JS.ACK.s.c.1..1.1.0", 0, 0));
    CHECK(ack("", 0, 0) && ack("$JS.ACK", 0, 0) && ack("a.b.c.d.1.1.1.1.1", 0, 0));
    CHECK(ack("$JS.ACK.a.b.1.1.1.1.1.1", 0, 0));
    CHECK(ack("........................................", 0, 0));
}

static bool header(const char *headers, const char *name, const char *want)
{
    struct span v = pool_header(span_of(headers), name);
    return want ? v.p && span_eq(v, want) : !v.p;
}

static void headers(void)
{
    const char *h = "NATS/1.0\r\nNats-Msg-Id: a b \r\nB:\r\nC:x:y\r\nnats-msg-id: no\r\nD: torn";
    CHECK(header(h, "Nats-Msg-Id", "a b") && header(h, "C", "x:y") && header(h, "B", "") &&
          header(h, "D", "torn"));
    CHECK(header(h, "NATS/1.0", NULL) && header(h, "Nats", NULL) && header(h, "E", NULL));
    CHECK(header("", "A", NULL) && header("A: b", "A", NULL) && !pool_header((struct span){0}, "A").p);
}

/* The fate of an answer, and in `out` what else it has: SEQ SUBJECT DATA HEADERS. */
static enum pool_fate fate(enum pool_ask ask, const char *json)
{
    struct pool_words w = {0};
    struct pool_answer a;
    pool_answer_read(&a, ask, &(struct bus_message){.subject = span_of("s"), .data = span_of(json)}, &w);
    CHECK((a.why != NULL) == (a.fate != POOL_DONE));
    out.len = 0;
    if (a.fate == POOL_DONE)
        buf_printf(&out, "%d %s %.*s %.*s %.*s", (int)a.seq, a.duplicate ? "again" : "first",
                   (int)a.subject.n, a.subject.p ? a.subject.p : "", (int)a.data.n, a.data.p ? a.data.p : "",
                   (int)a.headers.n, a.headers.p ? a.headers.p : "");
    pool_words_free(&w);
    return a.fate;
}

#define ERROR(code, err, text) \
    "{\"error\":{\"code\":" code ",\"err_code\":" err ",\"description\":\"" text "\"}}"

static void errors(void)
{
    static const struct {
        enum pool_ask ask;
        const char *json;
        enum pool_fate want;
    } rows[] = {
        {POOL_ASK_PUT, ERROR("503", "10077", "maximum messages per subject exceeded"), POOL_FULL},
        {POOL_ASK_PUT, ERROR("503", "10077", "no space left on device"), POOL_AGAIN},
        {POOL_ASK_PUT, ERROR("400", "10054", "message size exceeds maximum allowed"), POOL_REFUSED},
        {POOL_ASK_PUT, ERROR("503", "10008", "JetStream system temporarily unavailable"), POOL_AGAIN},
        {POOL_ASK_PUT, ERROR("404", "10037", "no message found"), POOL_AGAIN},
        {POOL_ASK_GET, ERROR("404", "10037", "no message found"), POOL_NONE},
        {POOL_ASK_GET, ERROR("404", "10059", "stream not found"), POOL_AGAIN},
        {POOL_ASK_DELETE, ERROR("500", "10057", "no message found"), POOL_NONE},
        {POOL_ASK_DELETE, ERROR("500", "10057", "stream store EOF"), POOL_NONE},
        {POOL_ASK_DELETE, ERROR("500", "10057", "something else"), POOL_AGAIN},
        {POOL_ASK_DELETE, ERROR("400", "10043", "sequence 9 not found"), POOL_NONE},
        {POOL_ASK_PURGE, ERROR("500", "10057", "no message found"), POOL_AGAIN},
        {POOL_ASK_DELETE, ERROR("403", "10120", "message delete not permitted"), POOL_REFUSED},
        {POOL_ASK_PURGE, "{\"success\":true,\"purged\":0}", POOL_DONE},
        {POOL_ASK_PURGE, "{\"success\":false}", POOL_AGAIN},
        {POOL_ASK_DELETE, "{\"error\":{}}", POOL_AGAIN},
        {POOL_ASK_PUT, "{\"error\":{\"code\":-1,\"err_code\":1e9,\"description\":5}}", POOL_AGAIN},
        {POOL_ASK_PUT, "", POOL_AGAIN},
        {POOL_ASK_PUT, "[]", POOL_AGAIN},
        {POOL_ASK_PUT, "{\"seq\":0}", POOL_AGAIN},
        {POOL_ASK_PUT, "{\"seq\":99999999999999999999}", POOL_AGAIN},
        {POOL_ASK_GET, "{\"message\":{\"subject\":\"s\",\"seq\":1,\"data\":\"***\"}}", POOL_AGAIN},
        {POOL_ASK_GET, "{\"message\":{\"subject\":7,\"seq\":1}}", POOL_AGAIN},
        {POOL_ASK_INFO, "{\"seq\":1}", POOL_AGAIN},
        {POOL_ASK_INFO, "{\"state\":{}}", POOL_DONE},
        {POOL_ASK_INFO, "{\"config\":{}}", POOL_DONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(fate(rows[i].ask, rows[i].json) == rows[i].want, "%s", rows[i].json);
}

static void answers(void)
{
    CHECK(fate(POOL_ASK_PUT, "{\"stream\":\"x\",\"seq\":5}") == POOL_DONE && reads(&out, "5 first   "));
    CHECK(fate(POOL_ASK_PUT, "{\"seq\":5,\"duplicate\":true}") == POOL_DONE && reads(&out, "5 again   "));
    CHECK(fate(POOL_ASK_GET,
               "{\"message\":{\"subject\":\"a\\u003eb\",\"seq\":9,\"data\":\"aGk=\",\"hdrs\":\"aA==\","
               "\"time\":\"2026-01-01T00:00:00.5Z\"}}") == POOL_DONE &&
          reads(&out, "9 first a>b hi h"));
    CHECK(fate(POOL_ASK_GET, "{\"message\":{\"subject\":\"a\",\"seq\":9}}") == POOL_DONE &&
          reads(&out, "9 first a  "));
    CHECK(pool_ack_wait(span_of("{\"config\":{\"ack_wait\":30000000000}}")) == 30000);
    CHECK(pool_ack_wait(span_of("{}")) == 0 && pool_ack_wait(span_of("{\"config\":{\"ack_wait\":-1}}")) == 0);
}

static enum pool_fate status(int s, bool why)
{
    struct pool_words w = {0};
    struct pool_answer a;
    pool_answer_read(&a, POOL_ASK_GET, &(struct bus_message){.status = s, .subject = span_of("s")}, &w);
    CHECK((a.why != NULL) == why);
    pool_words_free(&w);
    return a.fate;
}

static void statuses(void)
{
    CHECK(status(BUS_TIMEOUT, false) == POOL_AGAIN && status(BUS_NOBODY, true) == POOL_AGAIN);
    CHECK(status(BUS_REFUSED, true) == POOL_REFUSED && status(BUS_TOO_LONG, true) == POOL_REFUSED);
    CHECK(status(408, true) == POOL_AGAIN);
}

static bool complains(const char *text, const char *want, bool cut)
{
    bool c = false;
    struct span s = complaint_subject(text, &c);
    return want ? s.p && span_eq(s, want) && c == cut : !s.p;
}

static void complaints(void)
{
    CHECK(complains("Permissions Violation for Publish to \"a.b\"", "a.b", false));
    CHECK(complains("permissions violation for publish to \"a.b", "a.b", true));
    CHECK(complains("Permissions Violation for Publish to \"a\"b", "a\"b", true));
    CHECK(complains("Permissions Violation for Publish to \"", NULL, false));
    CHECK(complains("Permissions Violation for Subscription to \"a.b\"", NULL, false) &&
          complains("", NULL, false));
}

static bool greets(const char *line, const char *want)
{
    char version[64];
    return greeting_read(version, sizeof version, span_of(line)) == (*want != '\0') &&
           strcmp(version, want) == 0;
}

static void versions(void)
{
    CHECK(greets("INFO {\"server_id\":\"x\",\"version\":\"2.10.27\",\"go\":1}\r\n", "2.10.27"));
    CHECK(greets("INFO {\"version\" : \"2.12.0-RC.1+b\"}", "2.12.0-RC.1+b"));
    CHECK(greets("INFO {\"version\":\"\x1b[2J\"}", "") && greets("INFO {\"version\":\"2.1", ""));
    CHECK(greets("INFO {\"version\":7}", "") && greets("", "") && greets("INFO", "") &&
          greets("PING \"version\":\"2\"", ""));
    CHECK(greets("INFO {\"version\":\"1111111111111111111111111111111111111111111111111111111111111111\"}",
                 ""));
    CHECK(greeting_at_least("2.10.23", 2, 10, 23) && greeting_at_least("2.10.27", 2, 10, 23));
    CHECK(greeting_at_least("2.11.0", 2, 10, 23) && greeting_at_least("10.0.0", 2, 10, 23));
    CHECK(!greeting_at_least("2.10.22", 2, 10, 23) && !greeting_at_least("2.9.10", 2, 10, 23));
    CHECK(!greeting_at_least("1.99.99", 2, 10, 23));
    CHECK(greeting_at_least("", 2, 10, 23) && greeting_at_least("v3", 2, 10, 23) &&
          greeting_at_least("2", 2, 10, 23));
}

int main(void)
{
    waiting();
    many_waiting();
    names();
    long_names();
    acks();
    headers();
    errors();
    answers();
    statuses();
    complaints();
    versions();
    buf_free(&out);
    return failures != 0;
}
