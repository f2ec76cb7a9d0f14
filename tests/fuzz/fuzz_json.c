/* SPDX-License-Identifier: MIT */
/* Arbitrary bytes as JSON text: accepted text can be stepped through, edited and decoded without losing a
 * byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json_members members, edited;
static struct buf out, text, again;
static struct arena arena;

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* A string's text is UTF-8, and quoting it again gives the same text. */
static void check_string(struct span s)
{
    uint32_t c;
    text.len = out.len = again.len = 0;
    json_decode(&text, s);
    for (size_t i = 0, k; i < text.len; i += k)
        check((k = text_decode(text.p + i, text.len - i, &c)) > 0);
    check(span_same(json_text(&arena, s), buf_as_span(&text)));
    arena_reset(&arena);
    json_quote(&out, text.p, text.len);
    check(json_valid(out.p, out.len, &(struct json_error){0}));
    json_decode(&again, buf_as_span(&out));
    check(again.len == text.len && (!text.len || memcmp(again.p, text.p, text.len) == 0));
}

static void check_value(struct span v)
{
    struct json_error e;
    struct json_iter it = {v, false};
    struct span key, value;
    check(json_valid(v.p, v.n, &e));
    if (json_is_string(v))
        check_string(v);
    while (json_next(&it, &key, &value)) {
        check(!key.p == json_is_array(v));
        check(value.p >= v.p && value.p + value.n <= v.p + v.n);
        check_value(value);
    }
}

static void check_edits(struct span object)
{
    struct json_edit set = {"type", span_of("[1.0]")}, drop = {"type", {NULL, 0}};
    struct json_error e;
    out.len = 0;
    json_edit(&out, object, NULL, 0);
    check(out.len == object.n && memcmp(out.p, object.p, object.n) == 0);
    out.len = 0;
    json_edit(&out, object, &set, 1);
    check(json_scan(&edited, out.p, out.len, &e) && span_eq(json_get(&edited, "type"), "[1.0]"));
    out.len = 0;
    json_edit(&out, object, &drop, 1);
    check(json_scan(&edited, out.p, out.len, &e) && !json_get(&edited, "type").p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_error e;
    /* An exact copy, so that reading past the end is noticed. */
    char *p = malloc(size ? size : 1);
    check(p != NULL);
    memcpy(p, data, size);
    struct span all = {p, size};
    bool valid = json_valid(p, size, &e), object = json_scan(&members, p, size, &e);
    check(!object || valid);
    check(valid || e.at <= size);
    if (object) {
        struct json_iter it = {all, false};
        struct span key, value;
        for (size_t i = 0; json_next(&it, &key, &value); i++) {
            check(i < members.n && members.m[i].value.p == value.p && members.m[i].key.p == key.p);
            check_string(key);
            check_value(value);
        }
        check_edits(all);
    }
    free(p);
    return 0;
}
