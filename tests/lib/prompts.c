/* SPDX-License-Identifier: MIT */
/* Prompts: ids given, presses matched by rows, and which presses belong to another gateway. */
#include <stdlib.h>

#include "check.h"
#include "run/prompts.h"

static struct turn *turn_of(const char *event)
{
    struct buf line = {0};
    struct frame fr = {0};
    struct json_error e;
    buf_printf(&line, "{\"type\":\"inbound\",\"event\":%s,\"session_key\":\"s\"}", event);
    CHECK_THAT(frame_parse(&fr, buf_as_span(&line), &e), "%s", event);
    struct turn *t = turn_new(&fr);
    frame_free(&fr);
    buf_free(&line);
    return t;
}

/* A press: members of the source and of the prompt_response. */
static struct turn *press_of(const char *source, const char *response)
{
    struct buf event = {0};
    buf_printf(&event, "{\"source\":{%s},\"prompt_response\":{%s}}", source, response);
    struct turn *t = turn_of(buf_cstr(&event));
    buf_free(&event);
    return t;
}

/* A turn of a message that came through a queue. */
static struct turn *queued(const char *gateway, const char *delivery, const char *event)
{
    struct buf line = {0};
    struct frame fr = {0};
    struct json_error e;
    buf_printf(&line, "{\"type\":\"inbound\",\"event\":%s,\"gateway\":\"%s\",\"bufferId\":\"%s\"}", event, gateway,
               delivery);
    CHECK_THAT(frame_parse(&fr, buf_as_span(&line), &e), "%s", event);
    struct turn *t = turn_new(&fr);
    frame_free(&fr);
    buf_free(&line);
    return t;
}

/* The id that the next prompt of a turn gets, without quotes; valid until the next call. */
static const char *named(struct prompts *p, struct turn *t)
{
    static char id[64];
    struct buf a = {0};
    buf_str(&a, "{\"op\":\"prompt\"}");
    prompts_name(p, t, &a);
    struct span v = json_find(buf_as_span(&a), "prompt_id");
    snprintf(id, sizeof id, "%.*s", (int)v.n - 2, v.p + 1);
    buf_free(&a);
    return id;
}

/* Behind a queue, every process gives the same ids, and knows those of its gateway. */
static void test_queue(void)
{
    struct prompts one = {0}, other = {0};
    char first[64], second[64];
    struct buf event = {0};
    for (int i = 0; i < 300; i++) {
        char gateway[16];
        snprintf(gateway, sizeof gateway, "g%d", i);
        struct turn *t = queued(gateway, "g/b/1", "{}"), *again = queued(gateway, "g/b/1", "{}");
        struct turn *u = queued(gateway, "g/b/2", "{}");
        strcpy(first, named(&one, t));
        strcpy(second, named(&one, t));
        CHECK(strlen(first) <= 32 && strspn(first, "0123456789abcdef") == 12 && first[12] == '.');
        CHECK(strcmp(first, second) != 0 && strcmp(named(&one, u), first) != 0);
        CHECK(strcmp(named(&other, again), first) == 0 && strcmp(named(&other, again), second) == 0);
        event.len = 0;
        buf_printf(&event, "{\"prompt_response\":{\"prompt_id\":\"%s\"}}", first);
        struct turn *press = queued(gateway, "g/b/3", buf_cstr(&event));
        struct turn *elsewhere = queued("h", "g/b/3", buf_cstr(&event)), *live = turn_of(buf_cstr(&event));
        CHECK(!prompts_foreign(&other, press) && prompts_foreign(&other, elsewhere) && prompts_foreign(&other, live));
        turn_free(t);
        turn_free(again);
        turn_free(u);
        turn_free(press);
        turn_free(elsewhere);
        turn_free(live);
    }
    buf_free(&event);
    prompts_free(&one);
    prompts_free(&other);
}

/* Two links with the same chat, and an id that COMMAND chose. */
static void test_links(void)
{
    struct prompts p = {0};
    const char event[] = "{\"source\":{\"chat_id\":\"1\",\"platform\":\"x\"},\"prompt_response\":{\"prompt_id\":\"q\"}}";
    struct turn *a = queued("a", "1", event), *b = queued("b", "2", event), *press = queued("a", "3", event);
    struct turn *live = turn_of(event);
    prompts_ask(&p, a, span_of("{\"op\":\"prompt\",\"prompt_id\":\"q\",\"chat_id\":\"1\",\"platform\":\"x\"}"));
    prompts_ask(&p, b, span_of("{\"op\":\"prompt\",\"prompt_id\":\"q\",\"chat_id\":\"1\",\"platform\":\"x\"}"));
    CHECK(prompts_find(&p, press) == a && !prompts_find(&p, live));
    prompts_free(&p);
    turn_free(a);
    turn_free(b);
    turn_free(press);
    turn_free(live);
}

static void test_name(void)
{
    struct prompts p = {0};
    struct turn *t = turn_of("{}");
    struct buf a = {0};
    static const char *const kept[] = {"{\"op\":\"send\"}", "{\"op\":\"prompt\",\"prompt_id\":\"x\"}",
                                       "{\"op\":\"prompt\",\"prompt_id\":\"\"}"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        buf_str(&a, kept[i]);
        prompts_name(&p, t, &a);
        CHECK(reads(&a, kept[i]));
    }
    for (int i = 1; i <= 2; i++) {
        char want[64];
        buf_str(&a, i == 1 ? "{\"op\":\"prompt\"}" : "{\"prompt_id\":null,\"op\":\"prompt\"}");
        prompts_name(&p, t, &a);
        struct span id = json_find(buf_as_span(&a), "prompt_id");
        snprintf(want, sizeof want, "\"%s.%d\"", buf_cstr(&p.nonce), i);
        CHECK(span_eq(id, want) && id.n == 16);
        struct turn *press = press_of("\"chat_id\":\"1\"",
                                      i == 1 ? "\"prompt_id\":\"0123456789ab.1\"" : "\"prompt_id\":\"a\"");
        CHECK(prompts_foreign(&p, press) == (i == 1));
        turn_free(press);
        a.len = 0;
        buf_printf(&a, "\"prompt_id\":\"%s.7\"", buf_cstr(&p.nonce));
        press = press_of("", buf_cstr(&a));
        CHECK(!prompts_foreign(&p, press));
        turn_free(press);
        a.len = 0;
    }
    turn_free(t);
    buf_free(&a);
    prompts_free(&p);
}

static void test_foreign(void)
{
    static const struct {
        const char *id;
        bool foreign;
    } rows[] = {
        {"\"0123456789ab.1\"", true},
        {"\"abcdef01.1\"", true},
        {"\"0123456789abcdef01234567.99\"", true},
        {"\"0123456789abcdef012345678.1\"", false}, /* too long */
        {"\"abcdef0.1\"", false},                   /* too short */
        {"\"20261128.1\"", false},                  /* a date */
        {"\"ABCDEF01.1\"", false},
        {"\"abcdef01.\"", false},
        {"\"abcdef01.1a\"", false},
        {"\"abcdef01\"", false},
        {"\"abcdef01-1\"", false},
        {"\"go\"", false},
        {"\"\"", false},
        {"7", false},
        {"\"abcdef01\\u0000.1\"", false},
    };
    struct prompts p = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = {0};
        buf_printf(&b, "\"prompt_id\":%s", rows[i].id);
        struct turn *t = press_of("", buf_cstr(&b));
        CHECK_THAT(prompts_foreign(&p, t) == rows[i].foreign, "%s", rows[i].id);
        turn_free(t);
        buf_free(&b);
    }
    struct turn *t = turn_of("{\"text\":\"abcdef01.1\"}");
    CHECK(!prompts_foreign(&p, t) && !prompts_find(&p, t));
    turn_free(t);
}

/* Two COMMANDs asked "x" in chat 1 of discord, one of them in telegram, too, and one without a platform. */
static void test_find(void)
{
    struct prompts p = {0};
    struct turn *a = turn_of("{}"), *b = turn_of("{}"), *c = turn_of("{}"), *d = turn_of("{}");
    const struct {
        const char *source, *response;
        struct turn *want;
    } rows[] = {
        {"\"platform\":\"discord\",\"chat_id\":\"1\"", "\"prompt_id\":\"x\",\"prompt_message_id\":\"m1\"", a},
        {"\"platform\":\"Discord \",\"chat_id\":1", "\"prompt_id\":\"x\",\"prompt_message_id\":5", b},
        {"\"platform\":\"discord\",\"chat_id\":\"1\"", "\"prompt_id\":\"x\",\"prompt_message_id\":\"m0\"",
         NULL},
        {"\"platform\":\"discord\",\"chat_id\":\"1\"", "\"prompt_id\":\"x\"", b}, /* the newest */
        {"\"platform\":\"telegram\",\"chat_id\":\"1\"", "\"prompt_id\":\"x\"", c},
        {"\"platform\":\"telegram\",\"chat_id\":\"1\"", "\"prompt_id\":\"x\",\"prompt_message_id\":\"9\"", c},
        {"\"platform\":\"slack\",\"chat_id\":\"1\"", "\"prompt_id\":\"x\"", NULL},
        {"\"platform\":\"slack\",\"chat_id\":\"2\"", "\"prompt_id\":\"y\"", d},
        {"\"chat_id\":\"2\"", "\"prompt_id\":\"y\"", d},
        {"\"chat_id\":\"1\"", "\"prompt_id\":\"y\"", NULL},
        {"\"chat_id\":\"2\"", "\"prompt_id\":\"yy\"", NULL},
        {"\"chat_id\":\"2\"", "\"prompt_id\":7", NULL},
        {"\"chat_id\":\"2\"", "", NULL},
    };
    CHECK(!prompts_ask(&p, a, span_of("{\"op\":\"send\",\"prompt_id\":\"x\",\"chat_id\":\"1\"}")));
    int64_t first = prompts_ask(
        &p, a, span_of("{\"op\":\"prompt\",\"prompt_id\":\"x\",\"chat_id\":\"1\",\"platform\":\"discord\"}"));
    int64_t second = prompts_ask(
        &p, b, span_of("{\"op\":\"prompt\",\"prompt_id\":\"x\",\"chat_id\":1,\"platform\":\"discord\"}"));
    CHECK(first && second > first);
    prompts_ask(
        &p, c,
        span_of("{\"op\":\"prompt\",\"prompt_id\":\"\\u0078\",\"chat_id\":\"1\",\"platform\":\"telegram\"}"));
    prompts_ask(&p, d, span_of("{\"op\":\"prompt\",\"prompt_id\":\"y\",\"chat_id\":\"2\"}"));
    prompts_shown(&p, first, span_of("\"m1\""));
    prompts_shown(&p, first, span_of("\"m2\"")); /* a second result changes nothing */
    prompts_shown(&p, second, span_of("5"));
    prompts_shown(&p, second + 99, span_of("6"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct turn *t = press_of(rows[i].source, rows[i].response);
        CHECK_THAT(prompts_find(&p, t) == rows[i].want, "row %zu", i);
        turn_free(t);
    }
    prompts_forget(&p, b);
    prompts_retract(&p, first);
    struct turn *t = press_of(rows[0].source, rows[0].response);
    CHECK(!prompts_find(&p, t) && p.count == 2);
    turn_free(t);
    turn_free(a), turn_free(b), turn_free(c), turn_free(d);
    prompts_free(&p);
}

static void test_bound(void)
{
    struct prompts p = {0};
    struct turn *t = turn_of("{}");
    for (int i = 0; i < PROMPTS_MAX + 3; i++)
        prompts_ask(&p, t, span_of("{\"op\":\"prompt\",\"prompt_id\":\"x\",\"chat_id\":\"1\"}"));
    CHECK(p.count == PROMPTS_MAX);
    prompts_forget(&p, t);
    CHECK(!p.count && !p.list);
    turn_free(t);
    prompts_free(&p);
}

int main(void)
{
    test_name();
    test_queue();
    test_links();
    test_foreign();
    test_find();
    test_bound();
    return failures != 0;
}
