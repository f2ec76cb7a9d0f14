/* SPDX-License-Identifier: MIT */
/* JSON as a tree. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "stub/tree.h"

static cJSON *made(cJSON *item)
{
    if (!item)
        die(EX_OSERR, "build tree: out of memory");
    return item;
}

/* The text of a string or name in a form that fits a C string. */
static const char *text_of(struct buf *out, struct span string)
{
    struct buf plain = {0};
    out->len = 0;
    json_decode(&plain, string);
    for (size_t i = 0; i < plain.len; i++)
        if (plain.p[i])
            buf_ch(out, plain.p[i]);
        else
            buf_str(out, "\xc0\x80");
    buf_free(&plain);
    return buf_cstr(out);
}

/* The number after 'e', or 0; an absurdly large one is cut to a value that no text reaches. */
static long exponent_of(struct span number)
{
    size_t i = 0;
    while (i < number.n && number.p[i] != 'e' && number.p[i] != 'E')
        i++;
    if (i == number.n)
        return 0;
    char *copy = xstrndup(number.p + i + 1, number.n - i - 1);
    long e = strtol(copy, NULL, 10);
    free(copy);
    return e > 1L << 40 ? 1L << 40 : e < -(1L << 40) ? -(1L << 40) : e;
}

/* The digits without zeros at either end, followed by the power of ten: equal values give equal text. */
static void exact(struct buf *out, struct span number)
{
    long power = exponent_of(number);
    bool point = false;
    if (number.p[0] == '-')
        buf_ch(out, '-');
    size_t from = out->len;
    for (size_t i = 0; i < number.n && number.p[i] != 'e' && number.p[i] != 'E'; i++) {
        char c = number.p[i];
        if (c == '.')
            point = true;
        if (c < '0' || c > '9')
            continue;
        power -= point;
        if (c != '0' || out->len > from)
            buf_ch(out, c);
    }
    while (out->len > from && out->p[out->len - 1] == '0') {
        out->len--;
        power++;
    }
    if (out->len == from) {
        out->len = 0;
        buf_ch(out, '0');
    } else {
        buf_printf(out, "e%ld", power);
    }
}

static cJSON *number(struct span v)
{
    struct buf b = {0};
    exact(&b, v);
    cJSON *item = made(cJSON_CreateRaw(buf_cstr(&b)));
    buf_free(&b);
    return item;
}

static cJSON *string(struct span v)
{
    struct buf b = {0};
    cJSON *item = made(cJSON_CreateString(text_of(&b, v)));
    buf_free(&b);
    return item;
}

/* Recurses as deep as the scanner allows. */
static cJSON *collection(struct span v)
{
    bool object = json_is_object(v);
    cJSON *all = made(object ? cJSON_CreateObject() : cJSON_CreateArray());
    struct json_iter it = {v, false};
    struct span key, value;
    struct buf name = {0};
    while (json_next(&it, &key, &value)) {
        cJSON *item = tree_build(value);
        bool added = object ? cJSON_AddItemToObject(all, text_of(&name, key), item)
                            : cJSON_AddItemToArray(all, item);
        if (!added)
            made(NULL);
    }
    buf_free(&name);
    return all;
}

cJSON *tree_build(struct span text)
{
    if (json_is_object(text) || json_is_array(text))
        return collection(text);
    if (json_is_string(text))
        return string(text);
    if (json_is_number(text))
        return number(text);
    return made(json_is_null(text) ? cJSON_CreateNull() : cJSON_CreateBool(json_is_true(text)));
}

const cJSON *tree_get(const cJSON *object, const char *name)
{
    const cJSON *found = NULL, *item;
    cJSON_ArrayForEach(item, object) if (item->string && strcmp(item->string, name) == 0) found = item;
    return found;
}

static bool match_array(const cJSON *pattern, const cJSON *value)
{
    const cJSON *want = pattern->child, *got = value->child;
    while (want && got && tree_match(want, got)) {
        want = want->next;
        got = got->next;
    }
    return !want && !got;
}

static bool match_object(const cJSON *pattern, const cJSON *value)
{
    const cJSON *want;
    cJSON_ArrayForEach(want, pattern)
    {
        const cJSON *got = tree_get(value, want->string);
        if (!got || !tree_match(want, got))
            return false;
    }
    return true;
}

bool tree_match(const cJSON *pattern, const cJSON *value)
{
    if ((pattern->type & 0xff) != (value->type & 0xff))
        return false;
    if (cJSON_IsObject(pattern))
        return match_object(pattern, value);
    if (cJSON_IsArray(pattern))
        return match_array(pattern, value);
    return !pattern->valuestring || strcmp(pattern->valuestring, value->valuestring) == 0;
}
