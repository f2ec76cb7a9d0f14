/* SPDX-License-Identifier: MIT */
/* What relay-inbox prints of a row that may hold anything: one line of JSON that parses, and text that no
 * terminal obeys. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "inbox/report.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

/* The input, cut at its first bytes 0 into the texts of a row. */
static struct span next_part(struct span *rest)
{
    const char *end = rest->n ? memchr(rest->p, 0, rest->n) : NULL;
    struct span part = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    *rest = end ? (struct span){end + 1, rest->n - part.n - 1} : (struct span){rest->p + part.n, 0};
    return part;
}

static void check_json(const struct buf *b)
{
    struct json_error e;
    if (!b->len || b->p[b->len - 1] != '\n' || memchr(b->p, '\n', b->len - 1) ||
        !json_valid(b->p, b->len - 1, &e))
        abort();
}

static void check_text(const struct buf *b)
{
    uint32_t cp;
    for (size_t i = 0, step; i < b->len; i += step) {
        step = text_decode(b->p + i, b->len - i, &cp);
        if (!step || ((cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) && cp != '\n'))
            abort();
    }
}

static void print(struct buf *out, enum report_format format, const struct store_turn *t,
                  const struct store_action *a)
{
    report_turn(out, format, t);
    if (format == REPORT_JSON)
        check_json(out);
    else
        check_text(out);
    out->len = 0;
    report_begin(out, format, t);
    report_action(out, format, a);
    report_action(out, format, a);
    report_end(out, format);
    if (format == REPORT_JSON)
        check_json(out);
    else
        check_text(out);
    out->len = 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct span rest = {(const char *)data, n};
    struct buf out = {0};
    struct store_turn t = {
        .id = 1, .state = (enum turn_state)(n % (TURN_STATES + 1)), .taken = (int64_t)n * 1000003};
    struct store_action a = {.turn = 1, .state = (enum action_state)(n % (ACTION_STATES + 1))};
    t.frame = next_part(&rest);
    t.session = next_part(&rest);
    a.frame = next_part(&rest);
    a.result = next_part(&rest);
    t.reason = t.message = t.buffer = a.request = rest;
    print(&out, REPORT_JSON, &t, &a);
    print(&out, REPORT_TEXT, &t, &a);
    buf_free(&out);
    return 0;
}
