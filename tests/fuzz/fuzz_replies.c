/* SPDX-License-Identifier: MIT */
/* Files for relay-stub: the first line is used as a rule, an expectation and a descriptor, the second as a
 * frame. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stub/expect.h"
#include "stub/replies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buf out;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Numbers that are equal to the last digit are equal doubles. */
static void numbers(struct span a, struct span b, bool same)
{
    if (!same || !json_is_number(a) || !json_is_number(b))
        return;
    char *x = xstrndup(a.p, a.n), *y = xstrndup(b.p, b.n);
    double u = strtod(x, NULL), v = strtod(y, NULL);
    check(u <= v && u >= v);
    free(x);
    free(y);
}

static void match(struct span a, struct span b)
{
    cJSON *x = tree_build(a), *y = tree_build(b);
    bool same = tree_match(x, y);
    numbers(a, b, same);
    check(tree_match(x, y) == same);
    if (json_is_string(a) || json_is_number(a))
        check(tree_match(x, x) && tree_match(y, x) == same);
    cJSON_Delete(x);
    cJSON_Delete(y);
}

static void file(struct span line, struct span value)
{
    cJSON *tree = tree_build(line);
    struct jsonl one = {.line = &line, .tree = &tree, .n = 1};
    struct expect e = {.frames = one};
    struct replies r = {.rules = one};
    if (json_is_object(value)) {
        check(expect_missing(&e).p == line.p);
        expect_take(&e, value);
        struct span ruled = replies_ruled(&r, value);
        check((ruled.p != NULL) == (e.met && json_find(line, "result").p));
    }
    cJSON_Delete(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nl = memchr(data, '\n', size);
    struct json_error e;
    if (!nl)
        return 0;
    struct span a = {(const char *)data, (size_t)(nl - data)}, b = {(const char *)nl + 1, size - a.n - 1};
    if (!json_valid(a.p, a.n, &e) || !json_valid(b.p, b.n, &e))
        return 0;
    match(a, b);
    if (json_is_object(a))
        file(a, b);
    struct replies none = {0};
    out.len = 0;
    if (json_is_object(b)) {
        replies_success(&out, &none, b, false);
        check(json_valid(out.p, out.len, &e) && !memchr(out.p, '\n', out.len));
    }
    return 0;
}
