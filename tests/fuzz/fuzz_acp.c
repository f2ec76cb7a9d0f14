/* SPDX-License-Identifier: MIT */
/* Lines of an agent: each is read as JSON-RPC; its params are used as an update, as a request for permission,
 * as an error and as a path. Texts only grow, and what is made of them is valid. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "acp/path.h"
#include "acp/question.h"
#include "acp/rpc.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf before, out;

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void grow(struct answer *a, struct span update)
{
    before.len = 0;
    buf_span(&before, answer_text(a));
    bool changed = answer_update(a, update);
    struct span now = answer_text(a);
    check(now.n >= before.len && (!before.len || memcmp(now.p, before.p, before.len) == 0));
    check(changed || now.n == before.len);
    check(now.n <= ANSWER_MAX + 5 && text_valid(now.p, now.n));
}

static void valid_line(void)
{
    struct json_error e;
    check(json_valid(out.p, out.len, &e) && !memchr(out.p, '\n', out.len));
    out.len = 0;
}

static void ask(struct answer *a, struct questions *all, struct talk *k, const struct rpc *m)
{
    struct span call = json_find(m->params, "toolCall");
    out.len = 0;
    answer_call(&out, call, answer_title(a, json_find(call, "toolCallId")));
    check(text_valid(out.p, out.len));
    struct question *q = question_new(all, k, m->id.p ? m->id : span_of("1"), m->params, buf_as_span(&out));
    out.len = 0;
    if (!q)
        return;
    for (int typed = 0; typed < 2; typed++) {
        q->typed = typed;
        question_action(&out, q, 100);
        valid_line();
    }
    for (size_t i = 0; i < q->n; i++) {
        question_result(&out, &q->choices[i]);
        valid_line();
        check(question_typed(q, buf_as_span(&q->choices[i].label)) != NULL);
    }
    question_free(all, q);
}

static void path(struct span v)
{
    struct buf text = {0};
    if (!json_is_string(v))
        return;
    json_decode(&text, v);
    out.len = 0;
    if (!path_inside(&out, span_of("/w"), buf_as_span(&text))) {
        check(out.len && *out.p != '/' && !memchr(out.p, '\0', out.len));
        for (const char *p = out.p, *end = p + out.len, *next; p < end; p = next + 1) {
            next = memchr(p, '/', (size_t)(end - p));
            next = next ? next : end;
            struct span part = {p, (size_t)(next - p)};
            check(part.n && !span_eq(part, "..") && !span_eq(part, "."));
        }
    }
    out.len = 0;
    buf_free(&text);
}

static void take(struct answer *a, struct questions *all, struct talk *k, struct span line)
{
    struct rpc m;
    if (rpc_read(&m, line))
        return;
    check((m.kind == RPC_RESPONSE) == !m.method.p);
    for (int i = 0; i < 3; i++)
        grow(&a[i], json_find(m.params, "update"));
    if (m.params.p)
        ask(&a[2], all, k, &m);
    path(json_find(m.params, "path"));
    out.len = 0;
    if (m.error.p) {
        rpc_reason(&out, m.error);
        check(text_valid(out.p, out.len) && !memchr(out.p, '\n', out.len));
    }
    out.len = 0;
    if (m.id.p) {
        rpc_result(&out, m.id, span_of("{}"));
        valid_line();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer a[3] = {{.tools = TOOLS_QUIET}, {.tools = TOOLS_BRIEF}, {.tools = TOOLS_FULL}};
    struct questions all = {0};
    struct talk k = {0};
    const char *p = (const char *)data, *end = p + size;
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *next = nl ? nl : end;
        take(a, &all, &k, (struct span){p, (size_t)(next - p)});
        p = next + 1;
    }
    for (int i = 0; i < 3; i++)
        answer_free(&a[i]);
    questions_free(&all);
    return 0;
}
