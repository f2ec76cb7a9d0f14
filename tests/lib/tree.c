/* SPDX-License-Identifier: MIT */
/* Patterns over JSON as relay-stub's files use them. */
#include "stub/tree.h"
#include "check.h"

static bool matches(const char *pattern, const char *value)
{
    struct json_error e;
    bool valid = json_valid(pattern, strlen(pattern), &e) && json_valid(value, strlen(value), &e);
    cJSON *a = tree_build(span_of(pattern)), *b = tree_build(span_of(value));
    bool same = valid && tree_match(a, b);
    cJSON_Delete(a);
    cJSON_Delete(b);
    return same;
}

/* pattern, value, whether it matches */
static const struct {
    const char *pattern, *value;
    bool want;
} rows[] = {
    {"1", "1.0", true},
    {"100", "1e2", true},
    {"1E2", "0.1e+3", true},
    {"0", "-0.0e9", true},
    {"-1", "1", false},
    {"0.10", "1e-1", true},
    {"9007199254740993", "9007199254740992", false},
    {"9007199254740993", "9007199254740993.0", true},
    {"123456789012345678901234567890", "123456789012345678901234567891", false},
    {"1e400", "1e401", false},
    {"1e99999999999999999999", "1", false},
    {"1", "\"1\"", false},
    {"\"\\u00e9\"", "\"é\"", true},
    {"\"a\\u0000b\"", "\"a\\u0000b\"", true},
    {"\"a\\u0000b\"", "\"a\"", false},
    {"\"a\\u0000b\"", "\"a\\u0000c\"", false},
    {"\"\\ud800\"", "\"\\ud800\"", true},
    {"\"\"", "\"\"", true},
    {"true", "true", true},
    {"true", "false", false},
    {"null", "null", true},
    {"null", "false", false},
    {"{}", "{\"a\":1}", true},
    {"{\"a\":1}", "{}", false},
    {"{\"a\":1}", "{\"A\":1}", false},
    {"{\"a\":1}", "{\"a\":2,\"a\":1}", true},
    {"{\"a\":2}", "{\"a\":2,\"a\":1}", false},
    {"{\"a\\u0000\":1}", "{\"a\":1}", false},
    {"{\"a\":{\"b\":[1,{\"c\":2}]}}", "{\"z\":0,\"a\":{\"b\":[1.0,{\"d\":3,\"c\":2}],\"e\":0}}", true},
    {"[1,2]", "[1,2,3]", false},
    {"[1,2,3]", "[1,2]", false},
    {"[]", "[]", true},
    {"{}", "[]", false},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(matches(rows[i].pattern, rows[i].value) == rows[i].want, "%s with %s", rows[i].pattern,
                   rows[i].value);
    return failures != 0;
}
