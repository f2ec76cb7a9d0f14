/* SPDX-License-Identifier: MIT */
/* The pure parts of relay-acp: JSON-RPC, answers that only grow, questions, paths, texts of an agent. */
#include <stdlib.h>

#include "acp/path.h"
#include "acp/question.h"
#include "acp/rpc.h"
#include "acp/words.h"
#include "base/text.h"
#include "check.h"

static void test_read(void)
{
    static const struct {
        const char *line, *why;
        enum rpc_kind kind;
    } rows[] = {
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{}}", NULL, RPC_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"x\",\"params\":null}", NULL, RPC_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"x\"}", NULL, RPC_NOTIFICATION},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}", NULL, RPC_RESPONSE},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":null}", NULL, RPC_RESPONSE},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", NULL, RPC_RESPONSE},
        {"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700}}", NULL, RPC_RESPONSE},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
         "neither a method nor one of result and error", 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":1}", "neither a method nor one of result and error", 0},
        {"{\"jsonrpc\":\"2.0\",\"result\":{}}", "a response without an id", 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"x\"}", "its error is no object", 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"x\"}", "its id is no string or number", 0},
        {"{\"jsonrpc\":\"2.0\",\"method\":7}", "its method is no string", 0},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":[]}", "its params are no object", 0},
        {"{\"jsonrpc\":2.0,\"method\":\"x\"}", "not JSON-RPC 2.0", 0},
        {"[]", "not an object", 0},
    };
    struct rpc m;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *why = rpc_read(&m, span_of(rows[i].line));
        CHECK_THAT(!why == !rows[i].why && (!why || strcmp(why, rows[i].why) == 0), "%s: %s", rows[i].line,
                   why ? why : "good");
        CHECK_THAT(why || m.kind == rows[i].kind, "%s", rows[i].line);
    }
    CHECK(rpc_read(&m, span_of("npm notice")) != NULL);
}

static void test_write(void)
{
    struct buf out = {0};
    struct rpc m;
    rpc_request(&out, 7, "session/new", span_of("{\"a\":1}"));
    CHECK(!rpc_read(&m, buf_as_span(&out)) && m.kind == RPC_REQUEST && rpc_our_id(m.id) == 7);
    CHECK(reads(&out, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"session/new\",\"params\":{\"a\":1}}"));
    rpc_notify(&out, "session/cancel", (struct span){NULL, 0});
    CHECK(reads(&out, "{\"jsonrpc\":\"2.0\",\"method\":\"session/cancel\"}"));
    rpc_result(&out, span_of("\"\\u0061\""), span_of("{}"));
    CHECK(reads(&out, "{\"jsonrpc\":\"2.0\",\"id\":\"\\u0061\",\"result\":{}}"));
    rpc_error(&out, span_of("1.0"), RPC_NO_METHOD, "no");
    CHECK(reads(&out, "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"error\":{\"code\":-32601,\"message\":\"no\"}}"));
    CHECK(rpc_our_id(span_of("\"7\"")) == -1 && rpc_our_id(span_of("-3")) == -1);
    CHECK(rpc_our_id(span_of("99999999999999999999")) == -1 && rpc_our_id(span_of("1.5")) == -1);
    rpc_reason(&out, span_of("{\"code\":-32603,\"message\":\"a\\nb\",\"data\":{\"details\":\"c\"}}"));
    CHECK(reads(&out, "a b: c (code -32603)"));
    rpc_reason(&out, span_of("{\"data\":\"d\"}"));
    CHECK(reads(&out, "no reason given: d (code 0)"));
    buf_free(&out);
}

static void test_inside(void)
{
    static const struct {
        const char *path, *relative; /* relative NULL: refused */
    } rows[] = {
        {"/w/d/a", "a"},     {"/w/d//a/./b/", "a/b"},
        {"/w/d/..a", "..a"}, {"/w/d", NULL},
        {"/w/d/", NULL},     {"/w/d/.", NULL},
        {"/w/d/../x", NULL}, {"/w/d/a/..", NULL},
        {"/w/dd/a", NULL},   {"/w", NULL},
        {"a", NULL},         {"", NULL},
        {"/W/d/a", NULL},    {"//w/d/a", NULL},
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        out.len = 0;
        const char *why = path_inside(&out, span_of("/w/d"), span_of(rows[i].path));
        CHECK_THAT(!why == (rows[i].relative != NULL), "%s", rows[i].path);
        CHECK_THAT(why || reads(&out, rows[i].relative), "%s", rows[i].path);
    }
    out.len = 0;
    CHECK(path_inside(&out, span_of("/"), span_of("/etc/x")) == NULL && reads(&out, "etc/x"));
    CHECK(path_inside(&out, span_of("/w"), (struct span){"/w/a\0b", 6}) != NULL);
    buf_free(&out);
}

static void test_lines(void)
{
    static const struct {
        const char *text;
        int64_t from, most;
        const char *part;
    } rows[] = {
        {"a\nb\nc", 0, 9, "a\nb\nc"}, {"a\nb\nc", 2, 1, "b\n"}, {"a\nb\nc", 3, INT64_MAX, "c"},
        {"a\nb\nc", 4, 1, ""},        {"a\nb", 1, 0, ""},       {"", 1, 1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(span_eq(path_lines(span_of(rows[i].text), rows[i].from, rows[i].most), rows[i].part),
                   "row %zu", i);
}

static void fence(struct buf *out, const char *text, size_t lines, size_t max)
{
    struct buf json = {0};
    json_quote_str(&json, text);
    words_fence(out, buf_as_span(&json), "", lines, max);
    buf_free(&json);
}

static void test_words(void)
{
    struct buf out = {0};
    words_line(&out, span_of("\" a\\n\\u001b[31mb \""), 99);
    CHECK(reads(&out, "a [31mb"));
    words_line(&out, span_of("\"äöü\""), 2);
    CHECK(reads(&out, "äö…"));
    words_line(&out, span_of("7"), 2);
    CHECK(reads(&out, ""));
    fence(&out, "  x\n```\ny\x1b\n", 9, 99);
    CHECK(reads(&out, "````\n  x\n```\ny\n````"));
    fence(&out, "1\n2\n3", 2, 99);
    CHECK(reads(&out, "```\n1\n2\n…\n```"));
    fence(&out, "12345", 2, 3);
    CHECK(reads(&out, "```\n123…\n```"));
    fence(&out, " \n", 2, 3);
    CHECK(reads(&out, ""));
    buf_free(&out);
}

/* One random update. */
static void make_update(struct buf *out)
{
    static const char *const texts[] = {"word ", "\\n\\n", " ", "```\\ncode", "end.", "ä", ""};
    static const char *const statuses[] = {"\"pending\"", "\"in_progress\"", "\"completed\"", "\"failed\"",
                                           "null"};
    int id = rand() % 5;
    switch (rand() % 4) {
    case 0:
    case 1:
        buf_printf(
            out, "{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"%s\"}",
            texts[(size_t)rand() % (sizeof texts / sizeof *texts)]);
        if (rand() % 2)
            buf_printf(out, ",\"messageId\":\"%d\"", id);
        buf_ch(out, '}');
        break;
    case 2:
        buf_printf(
            out, "{\"sessionUpdate\":\"tool_call%s\",\"toolCallId\":\"%d\",\"title\":\"t%d\",\"status\":%s}",
            rand() % 2 ? "" : "_update", id, rand() % 3, statuses[rand() % 5]);
        break;
    default:
        buf_printf(out,
                   "{\"sessionUpdate\":\"plan\",\"entries\":[{\"content\":\"e%d\",\"status\":%s},{"
                   "\"content\":\"\"}]}",
                   id, statuses[rand() % 5]);
    }
}

/* Whatever comes, each version of a text begins with the one before, and says so when it has changed. */
static void test_growth(void)
{
    struct buf before = {0}, update = {0};
    srand(7);
    for (int round = 0; round < 3000; round++) {
        struct answer a = {.tools = (enum answer_tools)(round % 3)};
        before.len = 0;
        for (int i = 0; i < 30; i++) {
            update.len = 0;
            make_update(&update);
            bool changed = answer_update(&a, buf_as_span(&update));
            struct span now = answer_text(&a);
            CHECK_THAT(now.n >= before.len && (!before.len || memcmp(now.p, before.p, before.len) == 0),
                       "round %d: %.*s", round, (int)update.len, update.p);
            CHECK_THAT(changed || now.n == before.len, "round %d: %.*s", round, (int)update.len, update.p);
            CHECK(text_valid(now.p, now.n));
            before.len = 0;
            buf_span(&before, now);
            if (rand() % 20 == 0) {
                answer_part(&a);
                before.len = 0;
            }
        }
        answer_free(&a);
    }
    buf_free(&before);
    buf_free(&update);
}

static void test_bounds(void)
{
    struct answer a = {.tools = TOOLS_BRIEF};
    struct buf update = {0};
    buf_str(&update, "{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"text\":\"");
    for (int i = 0; i < 1000; i++)
        buf_str(&update, "0123456789");
    buf_str(&update, "\"}}");
    for (int i = 0; i < 200; i++)
        answer_update(&a, buf_as_span(&update));
    CHECK(a.cut && answer_text(&a).n <= ANSWER_MAX + 5);
    answer_note(&a, "(note)");
    struct span text = answer_text(&a);
    CHECK(memcmp(text.p + text.n - 11, "…\n\n(note)", 11) == 0);
    answer_free(&a);
    for (int i = 0; i < 2 * ANSWER_CALLS; i++) {
        update.len = 0;
        buf_printf(&update, "{\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"%d\"}", i);
        answer_update(&a, buf_as_span(&update));
    }
    CHECK(a.n_calls == ANSWER_CALLS);
    answer_free(&a);
    buf_free(&update);
}

static bool outcome_is(const struct choice *c, const char *want)
{
    struct buf out = {0};
    question_result(&out, c);
    bool same = reads(&out, want);
    buf_free(&out);
    return same;
}

static void test_questions(void)
{
    static const char params[] =
        "{\"options\":[{\"optionId\":\"a/\\u0062\",\"name\":\"Yes\\n!\",\"kind\":\"allow_once\"},"
        "{\"optionId\":\"n\",\"kind\":\"reject_once\"}]}";
    struct questions all = {0};
    struct talk k = {0}, other = {0};
    struct question *q = question_new(&all, &k, span_of("5"), span_of(params), span_of("what?"));
    CHECK(q && q->n == 2);
    if (!q)
        return;
    CHECK(outcome_is(question_pressed(q, span_of("\"1\"")),
                     "{\"outcome\":{\"outcome\":\"selected\",\"optionId\":\"a/\\u0062\"}}"));
    CHECK(!question_pressed(q, span_of("\"3\"")) && !question_pressed(q, span_of("\"\"")) &&
          !question_pressed(q, span_of("1")));
    CHECK(question_typed(q, span_of(" /2 ")) == &q->choices[1] &&
          question_typed(q, span_of("YES !")) == &q->choices[0]);
    CHECK(!question_typed(q, span_of("yes")) && !question_typed(q, span_of("")));
    CHECK(outcome_is(NULL, "{\"outcome\":{\"outcome\":\"cancelled\"}}"));
    struct buf id = {0};
    json_quote(&id, q->prompt.p, q->prompt.len);
    CHECK(question_of_prompt(&all, buf_as_span(&id)) == q && question_is_ours(&all, buf_as_span(&id)));
    CHECK(!question_is_ours(&all, span_of("\"acp-0000000000000000.1\"")) &&
          !question_is_ours(&all, span_of("\"x\"")));
    CHECK(question_of_talk(&all, &k) == q && !question_of_talk(&all, &other));
    CHECK(!question_new(&all, &k, span_of("6"), span_of("{}"), span_of("")));
    CHECK(!question_new(&all, &k, span_of("6"), span_of("{\"options\":[]}"), span_of("")));
    for (int i = 1; i < QUESTIONS_OF_TALK; i++)
        CHECK(question_new(&all, &k, span_of("6"), span_of(params), span_of("")) != NULL);
    CHECK(!question_new(&all, &k, span_of("6"), span_of(params), span_of("")));
    CHECK(question_new(&all, &other, span_of("6"), span_of(params), span_of("")) != NULL);
    questions_free(&all);
    buf_free(&id);
}

static void test_talks(void)
{
    struct talk *all = NULL;
    struct turn t = {0};
    struct buf key = {0};
    for (int i = 0; i <= TALKS_MAX; i++) {
        key.len = 0;
        buf_printf(&key, "k%d", i);
        struct talk *k = talk_use(&all, buf_as_span(&key));
        buf_printf(&k->id, "\"s%d\"", i);
        k->turn = i == 0 ? &t : NULL;
    }
    CHECK(talk_use(&all, span_of("k1"))->id.len == 4); /* used again: the last to go */
    struct talk *out = talk_surplus(&all);             /* k0 is in work */
    CHECK(out && span_eq(buf_as_span(&out->key), "k2") && !talk_surplus(&all));
    if (out)
        talk_free(out);
    CHECK(talk_of_id(all, span_of("\"s\\u0031\"")) == talk_find(all, span_of("k1")));
    CHECK(!talk_of_id(all, span_of("\"s2\"")) && !talk_of_id(all, span_of("7")) &&
          !talk_of_id(all, (struct span){NULL, 0}));
    talk_find(all, span_of("k0"))->turn = NULL;
    talks_free(&all);
    buf_free(&key);
}

int main(void)
{
    test_read();
    test_write();
    test_inside();
    test_lines();
    test_words();
    test_growth();
    test_bounds();
    test_questions();
    test_talks();
    return failures != 0;
}
