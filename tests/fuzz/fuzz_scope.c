/* SPDX-License-Identifier: MIT */
/* Fuzzes descriptors and scopes: lines as relay-handshake and relay-scope get them. What comes out has to be
 * one valid line again, and a descriptor normalised twice is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relay/descriptor.h"
#include "base/io.h"
#include "relay/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static void try_descriptor(const struct frame *f)
{
    struct buf once = {0}, twice = {0}, why = {0};
    struct json_error e;
    if (descriptor_normalise(&once, frame_get(f, "descriptor"), &why)) {
        must(json_valid(once.p, once.len, &e) && !memchr(once.p, '\n', once.len));
        must(descriptor_normalise(&twice, buf_as_span(&once), &why));
        must(once.len == twice.len && memcmp(once.p, twice.p, once.len) == 0);
    } else {
        must(once.len == 0 && why.len > 0);
    }
    buf_free(&once);
    buf_free(&twice);
    buf_free(&why);
}

/* What was learnt reads back as the same. */
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
        must(frame_parse(&changed, buf_as_span(&out), &e) && changed.type == FRAME_OUTBOUND);
        struct buf again = {0};
        must(!scope_apply(s, &again, &changed));
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
        if (f.type == FRAME_DESCRIPTOR)
            try_descriptor(&f);
        try_scope(s, &f);
        must(scope_count(s) <= 3);
    }
    frame_free(&f);
    scope_free(s);
    reader_free(&r);
    return 0;
}
