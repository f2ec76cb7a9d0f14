/* SPDX-License-Identifier: MIT */
/* Arbitrary lines as the stream of relay-send, and their bytes as a text to split. What comes out has to be
 * valid frames of one line, the parts within the limit, and nothing of the text may be lost. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "send/breaks.h"
#include "send/sender.h"
#include "send/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FRAME = 4096 };

static struct frame in, made;
static struct buf line, part;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* A frame was made: it is one, fits, and has what it needs. */
static void check_frame(bool passed)
{
    struct json_error e;
    check(line.len && line.len <= MAX_FRAME + 2048 && !memchr(line.p, '\n', line.len));
    check(frame_parse(&made, buf_as_span(&line), &e));
    check(made.type == FRAME_OUTBOUND || (passed && made.type == FRAME_INTERRUPT));
    if (made.type == FRAME_OUTBOUND) {
        check(json_is_string(frame_get(&made, "requestId")) && json_is_object(frame_get(&made, "action")));
        check(json_is_string(frame_get(&made, "refused")) == !passed);
    }
    line.len = 0;
}

static void check_stream(const char *p, size_t n, const struct sender_options *o)
{
    struct sender *s = sender_new(o);
    struct json_error e;
    while (n) {
        const char *end = memchr(p, '\n', n);
        struct span l = {p, end ? (size_t)(end - p) : n};
        p += l.n + (end != NULL);
        n -= l.n + (end != NULL);
        if (!frame_parse(&in, l, &e))
            continue;
        sender_learn(s, &in);
        if (in.type != FRAME_ACTION)
            continue;
        check_frame(sender_take(s, &in, &line));
        while (sender_busy(s))
            check_frame(sender_next(s, &line));
    }
    sender_free(s);
}

/* The next ink at or after i. */
static size_t skip_white(struct span text, size_t i)
{
    while (i < text.n) {
        size_t end = gap_at(text, i).end;
        if (end == i)
            break;
        i = end;
    }
    return i;
}

/* Without code the parts are the text but for white space. */
static void check_split(struct span text, const struct split_rule *r)
{
    struct split s = {0};
    size_t i = 0;
    split_start(&s, text, r);
    for (part.len = 0; split_next(&s, &part); part.len = 0) {
        struct span p = buf_as_span(&part);
        check(split_length(r, p) <= r->max && text_valid(p.p, p.n));
        if (r->dialect->code)
            continue;
        if (gap_at(p, 0).end == p.n && skip_white(text, i) < text.n)
            i = skip_white(text, i); /* half of a cluster: white space of its own is in no part */
        while (i + p.n <= text.n && memcmp(p.p, text.p + i, p.n) != 0 && gap_at(text, i).end > i)
            i += code_point_at(text, i, &(uint32_t){0});
        check(i + p.n <= text.n && memcmp(p.p, text.p + i, p.n) == 0);
        i += p.n;
    }
    check(s.at == text.n && (r->dialect->code || skip_white(text, i) == text.n));
    split_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t max = data[0];
    struct sender_options o = {.max_frame = MAX_FRAME, .max_length = max, .unit = data[1] % 3};
    static const char *const dialects[] = {"", "discord", "slack", "markdown_v2", "commonmark"};
    struct split_rule r = {.max = max + 1, .utf16 = data[1] & 1};
    r.dialect = dialect_find(span_of(dialects[(data[1] >> 3) % 5]));
    struct span text = {(const char *)data + 2, size - 2};
    o.no_split = data[1] & 4;
    check_stream(text.p, text.n, &o);
    if (text_valid(text.p, text.n) && split_possible(&r, text))
        check_split(text, &r);
    return 0;
}
