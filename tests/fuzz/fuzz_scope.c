/* SPDX-License-Identifier: MIT */
/* Arbitrary lines as input of relay-scope. The output must be one valid line, to which nothing is added a
 * second time. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "relay/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

/* A record reads back as the same record. */
static void try_chat(const struct scope_record *c)
{
    struct scope *other = scope_new(1);
    struct buf first = {0}, second = {0};
    scope_print(&first, c);
    must(scope_restore(other, buf_as_span(&first)));
    scope_print(&second, scope_next(other, NULL));
    must(first.len == second.len && memcmp(first.p, second.p, first.len) == 0);
    scope_free(other);
    buf_free(&first);
    buf_free(&second);
}

static void try_scope(struct scope *s, const struct frame *f)
{
    struct buf out = {0};
    struct frame changed = {0};
    struct json_error e;
    bool too_long;
    const struct scope_record *c = scope_learn(s, f, &too_long);
    if (c)
        try_chat(c);
    if (scope_apply(s, &out, f)) {
        must(frame_parse(&changed, buf_as_span(&out), &e) && changed.type == f->type);
        struct buf again = {0};
        bool marked = json_is_true(frame_get(f, "addressed")) ||
                      json_is_true(json_find(frame_get(f, "action"), "addressed"));
        must(marked || !scope_apply(s, &again, &changed)); /* one without its mark may gain more */
        buf_free(&again);
    }
    frame_free(&changed);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = {.max = 1 << 16};
    struct scope *s = scope_new(3);
    struct frame f = {0};
    struct json_error e;
    struct span line;
    reader_feed(&r, data, size);
    r.eof = true;
    for (enum reader_got got; (got = reader_next(&r, &line)) != READER_MORE;) {
        if (got != READER_LINE || !frame_parse(&f, line, &e))
            continue;
        try_scope(s, &f);
        must(scope_count(s) <= 3);
    }
    frame_free(&f);
    scope_free(s);
    reader_free(&r);
    return 0;
}
