/* SPDX-License-Identifier: MIT */
/* Each answer goes to the address of its message: 10,000 messages of two platforms, two workspaces, three
 * profiles and two bots, all with one chat id and some lacking one of these, arrive and are answered in a
 * random order, by the rules of relay-run and relay-scope. */
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "relay/scope.h"
#include "run/address.h"

enum { MESSAGES = 10000, OPEN = 40 };

static uint32_t state = 1;

static uint32_t draw(uint32_t n)
{
    state = state * 1664525 + 1013904223;
    return (state >> 16) % n;
}

/* The address that a message states; NULL: not stated. */
struct facts {
    const char *platform, *bot, *scope, *user, *profile, *thread;
};

static struct facts any_facts(void)
{
    static const char *const platforms[] = {"slack", "signal"}, *const bots[] = {"a", "b", NULL};
    static const char *const scopes[] = {"T1", "T2", NULL}, *const users[] = {"u1", "u2", "u3", NULL};
    static const char *const profiles[] = {"alice", "bob", "eve", NULL}, *const threads[] = {"7", "8", NULL};
    return (struct facts){platforms[draw(2)], bots[draw(3)],     scopes[draw(3)],
                          users[draw(4)],     profiles[draw(4)], threads[draw(3)]};
}

static void add(struct buf *out, const char *name, const char *value)
{
    if (value)
        buf_printf(out, ",\"%s\":\"%s\"", name, value);
}

static void parse(struct frame *fr, struct buf *line)
{
    struct json_error e;
    if (!frame_parse(fr, buf_as_span(line), &e)) {
        printf("%s: %s\n", e.reason, buf_cstr(line));
        abort();
    }
}

/* The message arrives: relay-run takes it, and relay-scope after it learns from it. */
static struct turn *arrive(struct scope *s, const struct facts *m, int number)
{
    struct buf line = {0};
    struct frame fr = {0};
    bool too_long;
    buf_printf(&line, "{\"type\":\"inbound\",\"session_key\":\"s%d\"", number % 8);
    add(&line, "botId", m->bot);
    buf_printf(&line, ",\"event\":{\"text\":\"%d\",\"source\":{\"platform\":\"%s\",\"chat_id\":\"C1\"",
               number, m->platform);
    add(&line, "scope_id", m->scope);
    add(&line, "user_id", m->user);
    add(&line, "profile", m->profile);
    add(&line, "thread_id", m->thread);
    buf_str(&line, "}}}");
    parse(&fr, &line);
    struct turn *t = turn_new(&fr);
    scope_learn(s, &fr, &too_long);
    frame_free(&fr);
    buf_free(&line);
    return t;
}

static bool has(struct span value, const char *want)
{
    return want ? json_eq(value, want) : !value.p;
}

/* relay-run answers it, in one of its ways, and relay-scope stamps the answer. */
static bool answer(struct scope *s, const struct facts *m, const struct turn *t)
{
    struct buf action = {0}, own = {0}, out = {0};
    struct frame fr = {0};
    if (draw(2)) {
        address_reply(&action, t, span_of("hi"), false);
    } else {
        buf_str(&own, draw(2) ? "{\"op\":\"send\",\"content\":\"hi\"}"
                              : "{\"op\":\"send\",\"content\":\"hi\",\"chat_id\":\"C1\",\"metadata\":{}}");
        parse(&fr, &own);
        address_action(&action, t, &fr);
    }
    parse(&fr, &action);
    scope_apply(s, &out, &fr);
    parse(&fr, &out);
    struct span data = frame_get(&fr, "metadata");
    const char *bot = m->bot ? m->bot : strcmp(m->platform, "slack") == 0 ? "S" : NULL;
    bool right = has(frame_get(&fr, "platform"), m->platform) && has(frame_get(&fr, "botId"), bot) &&
                 has(frame_get(&fr, "chat_id"), "C1") && has(json_find(data, "scope_id"), m->scope) &&
                 has(json_find(data, "guild_id"), m->scope) && has(json_find(data, "user_id"), m->user) &&
                 has(json_find(data, "profile"), m->profile) &&
                 has(json_find(data, "thread_id"), m->thread) && !frame_get(&fr, "addressed").p;
    if (!right)
        printf("%.*s\n%s\n", (int)t->line.len, t->line.p, buf_cstr(&out));
    frame_free(&fr);
    buf_free(&action);
    buf_free(&own);
    buf_free(&out);
    return right;
}

/* What becomes of an action of COMMAND that is about the message; want NULL: it stays as it is. */
struct row {
    const char *message, *action, *want;
};

#define INBOUND(more, source) \
    "{\"type\":\"inbound\"" more ",\"event\":{\"message_id\":9,\"source\":{" source "}}}"
#define PLACE "\"platform\":\"P\",\"chat_id\":1"
#define HERE  INBOUND(",\"session_key\":\"s\",\"botId\":\"B\"", PLACE)
#define GUILD INBOUND("", "\"platform\":\"relay\",\"chat_id\":\"1\",\"guild_id\":\"G\"")
#define DONE  ",\"addressed\":true}"

static const struct row rows[] = {
    /* its own values are not overwritten; a chat and a platform are the same however they are written */
    {HERE, "{\"op\":\"send\",\"chat_id\":\"\\u0031\",\"platform\":\" p \",\"botId\":\"X\"}",
     "{\"op\":\"send\",\"chat_id\":\"\\u0031\",\"platform\":\" p \",\"botId\":\"X\"" DONE},
    {HERE, "{\"op\":\"send\",\"chat_id\":null,\"platform\":null}",
     "{\"op\":\"send\",\"chat_id\":\"1\",\"platform\":\"P\",\"botId\":\"B\"" DONE},
    /* another chat or platform, or what is none */
    {HERE, "{\"op\":\"send\",\"chat_id\":\"2\"}", NULL},
    {HERE, "{\"op\":\"send\",\"chat_id\":[]}", NULL},
    {HERE, "{\"op\":\"send\",\"platform\":\"q\"}", NULL},
    {HERE, "{\"op\":\"send\",\"platform\":7}", NULL},
    {INBOUND("", "\"chat_id\":\"1\""), "{\"op\":\"send\",\"platform\":\"p\"}", NULL},
    {INBOUND("", "\"platform\":\"p\""), "{\"op\":\"send\",\"chat_id\":\"1\"}", NULL},
    /* a message that names neither */
    {INBOUND("", ""), "{\"op\":\"send\"}", "{\"op\":\"send\",\"chat_id\":\"\"" DONE},
    /* the two names of the scope; metadata that is no object is left alone */
    {GUILD, "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":null}",
     "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":{\"scope_id\":\"G\",\"guild_id\":\"G\"}" DONE},
    {GUILD, "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":{\"guild_id\":\"H\"}}",
     "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":{\"guild_id\":\"H\"}" DONE},
    {GUILD, "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":{\"scope_id\":\"H\"}}",
     "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":{\"scope_id\":\"H\"}" DONE},
    {GUILD, "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":[]}",
     "{\"op\":\"send\",\"chat_id\":\"1\",\"metadata\":[]" DONE},
    /* a follow_up goes by its session alone; an interrupt, by what COMMAND says */
    {HERE, "{\"op\":\"follow_up\"}", "{\"op\":\"follow_up\",\"session_key\":\"s\",\"botId\":\"B\"" DONE},
    {HERE, "{\"op\":\"follow_up\",\"session_key\":\"s\",\"botId\":\"X\"}",
     "{\"op\":\"follow_up\",\"session_key\":\"s\",\"botId\":\"X\"" DONE},
    {HERE, "{\"op\":\"follow_up\",\"session_key\":\"t\"}", NULL},
    {GUILD, "{\"op\":\"follow_up\"}", NULL},
    {INBOUND(",\"session_key\":\"s\"", PLACE), "{\"op\":\"follow_up\",\"session_key\":null}",
     "{\"op\":\"follow_up\",\"session_key\":\"s\"" DONE},
    {HERE, "{\"op\":\"interrupt\",\"session_key\":\"s\"}", NULL},
};

static struct turn *turn_of(struct frame *fr, const char *message)
{
    struct buf line = {0};
    buf_str(&line, message);
    parse(fr, &line);
    struct turn *t = turn_new(fr);
    buf_free(&line);
    return t;
}

static void actions(void)
{
    struct buf line = {0}, out = {0};
    struct frame fr = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct turn *t = turn_of(&fr, rows[i].message);
        buf_str(&line, rows[i].action);
        parse(&fr, &line);
        address_action(&out, t, &fr);
        CHECK_THAT(reads(&out, rows[i].want ? rows[i].want : rows[i].action), "%s", rows[i].action);
        line.len = 0;
        turn_free(t);
    }
    frame_free(&fr);
    buf_free(&line);
    buf_free(&out);
}

/* Answers and typing made here; a reply names the message only if it has a name. */
static void replies(void)
{
    static const char nameless[] = "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":\"1\"}}}";
    struct buf out = {0};
    struct frame fr = {0};
    struct turn *t = turn_of(&fr, HERE);
    address_reply(&out, t, span_of("hi"), true);
    CHECK(reads(&out, "{\"op\":\"send\",\"chat_id\":\"1\",\"content\":\"hi\",\"reply_to\":\"9\","
                      "\"platform\":\"P\",\"botId\":\"B\"" DONE));
    turn_free(t);
    t = turn_of(&fr, nameless);
    address_reply(&out, t, span_of(""), true);
    CHECK(reads(&out, "{\"op\":\"send\",\"chat_id\":\"1\",\"content\":\"\"" DONE));
    address_typing(&out, t, false);
    CHECK(reads(&out, "{\"op\":\"typing\",\"chat_id\":\"1\"" DONE));
    turn_free(t);
    frame_free(&fr);
    buf_free(&out);
}

static void many(void)
{
    struct scope *s = scope_new(100);
    struct facts facts[OPEN];
    struct turn *open[OPEN] = {NULL};
    struct frame fr = {0};
    struct buf hello = {0};
    bool too_long;
    buf_str(&hello, "{\"type\":\"hello\",\"platform\":\"slack\",\"botId\":\"S\"}");
    parse(&fr, &hello);
    scope_learn(s, &fr, &too_long);
    for (int n = 0; n < MESSAGES + OPEN; n++) {
        uint32_t i = n < MESSAGES ? draw(OPEN) : (uint32_t)(n - MESSAGES);
        if (open[i])
            CHECK_THAT(answer(s, &facts[i], open[i]), "message %d", n);
        turn_free(open[i]);
        open[i] = NULL;
        if (n >= MESSAGES)
            continue;
        facts[i] = any_facts();
        open[i] = arrive(s, &facts[i], n);
    }
    frame_free(&fr);
    buf_free(&hello);
    scope_free(s);
}

int main(void)
{
    many();
    actions();
    replies();
    return failures > 0;
}
