/* SPDX-License-Identifier: MIT */
/* Arbitrary lines as the stream of relay-send. The output must be valid frames of one line each. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "send/sender.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FRAME = 4096 };

static struct frame in, made;
static struct buf line;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Checks the frame that was made: it is valid, fits, and has what it needs. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t max = data[0];
    struct sender_options o = {.max_frame = MAX_FRAME, .max_length = max, .unit = data[1] % 3};
    struct span text = {(const char *)data + 2, size - 2};
    o.no_split = data[1] & 4;
    check_stream(text.p, text.n, &o);
    return 0;
}
