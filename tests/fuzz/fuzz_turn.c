/* SPDX-License-Identifier: MIT */
/* Arbitrary lines around a turn: the first message is the turn; actions are its own, results and further
 * messages are what it hears. Each action that leaves must be a valid object with a requestId, by which its
 * result is found; no variable of the environment may hold more than its value. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "relay/result.h"
#include "run/address.h"
#include "run/env.h"
#include "run/interrupt.h"
#include "run/prompts.h"
#include "run/requests.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct frame fr;
static struct requests requests = {.wanted = true};
static struct prompts prompts;

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_environment(const struct turn *t)
{
    char **vars = environment_make(t, NULL, "/state");
    for (char **v = vars; *v; v++) {
        check(strchr(*v, '=') && strlen(*v) < ENVIRONMENT_TEXT + 64);
        if (strncmp(*v, "RELAY_MEDIA_URLS=", 17) == 0)
            for (const char *c = *v; *c; c++)
                check((unsigned char)*c >= ' ' || *c == '\n');
        if (strncmp(*v, "TRACEPARENT=", 12) == 0)
            check(strlen(*v) == 12 + 55);
    }
    environment_free(vars);
}

static void act(struct turn *t)
{
    struct buf out = {0};
    struct json_error e;
    struct request *q;
    address_action(&out, t, &fr);
    prompts_name(&prompts, &out);
    int64_t number = prompts_ask(&prompts, t, buf_as_span(&out));
    const char *why = requests_add(&requests, t, &out, &q);
    check(json_valid(out.p, out.len, &e));
    if (why)
        prompts_retract(&prompts, number);
    if (q)
        check(requests_find(&requests, json_find(text_trim(buf_as_span(&out)), "requestId")) == q);
    buf_free(&out);
}

static void hear(void)
{
    struct result r;
    result_read(&r, &fr);
    check(!result_repeats(&r) || !result_is_last(&r));
    struct request *q = requests_find(&requests, r.id);
    if (!q)
        return;
    prompts_shown(&prompts, 1, json_find(r.result, "message_id"));
    if (result_is_last(&r))
        requests_close(q);
}

/* Another message, maybe a press. */
static void meet(const struct turn *t)
{
    struct turn *other = turn_new(&fr);
    struct buf text = {0};
    if (!other)
        return;
    if (prompts_foreign(&prompts, other))
        check(!prompts_find(&prompts, other) || prompts_find(&prompts, other) == t);
    struct span v = json_find(other->event, "text");
    if (json_is_string(v))
        json_decode(&text, v);
    if (text.len)
        stop_word_is("/stop,halt", buf_as_span(&text));
    buf_free(&text);
    turn_free(other);
}

/* A frame gets exactly the marks that are asked for. */
static void check_marks(void)
{
    struct buf out = {0};
    struct json_error e;
    result_mark(&out, &fr, RESULT_MORE);
    check(json_valid(out.p, out.len, &e) && json_is_true(json_find(text_trim(buf_as_span(&out)), "more")));
    buf_free(&out);
}

static void take(struct turn **t, struct span line)
{
    struct json_error e;
    if (!frame_parse(&fr, line, &e))
        return;
    check_marks();
    if (!*t && fr.type == FRAME_INBOUND) {
        *t = turn_new(&fr);
        if (*t)
            check_environment(*t);
    } else if (*t && fr.type == FRAME_ACTION) {
        act(*t);
    } else if (*t && fr.type == FRAME_OUTBOUND_RESULT) {
        hear();
    } else if (*t && fr.type == FRAME_INBOUND) {
        meet(*t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *end = p + size;
    struct turn *t = NULL;
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((nl ? nl : end) - p);
        take(&t, (struct span){p, n});
        p += n + 1;
    }
    if (t)
        prompts_forget(&prompts, t);
    turn_free(t);
    check(!requests.table && !prompts.list);
    return 0;
}
