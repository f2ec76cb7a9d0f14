/* SPDX-License-Identifier: MIT */
/* Numbers as users write them. */
#include "base/num.h"
#include "check.h"

static void test_numbers(void)
{
    static const struct {
        const char *text;
        int64_t want; /* -1: refused */
    } durations[] = {{"0", 0},
                     {"1", 1000},
                     {"1.5", 1500},
                     {"0.001", 1},
                     {"250ms", 250},
                     {"1.9ms", 1},
                     {"2m", 120000},
                     {"0.5h", 1800000},
                     {"8760h", 31536000000},
                     {"8761h", -1},
                     {"31536001", -1},
                     {"", -1},
                     {".5", -1},
                     {"1.", -1},
                     {"1.s", -1},
                     {"-1", -1},
                     {"+1", -1},
                     {" 1", -1},
                     {"1 ", -1},
                     {"1 s", -1},
                     {"1e3", -1},
                     {"1d", -1},
                     {"1S", -1},
                     {"ms", -1},
                     {"1.5.5", -1},
                     {"99999999999999999999", -1},
                     {"0x1", -1},
                     {"1ss", -1}};
    static const struct {
        const char *text;
        int64_t want;
    } sizes[] = {{"0", 0},        {"64", 64}, {"1K", 1024},        {"16M", 16 << 20},
                 {"1G", 1 << 30}, {"k", -1},  {"1k", -1},          {"1KB", -1},
                 {"1.5K", -1},    {"-1", -1}, {"8589934592G", -1}, {"9223372036854775807", -1}};
    int64_t v;
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        v = -1;
        CHECK_THAT(duration_parse(durations[i].text, &v) == (durations[i].want >= 0) &&
                       v == durations[i].want,
                   "%s", durations[i].text);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        v = -1;
        CHECK_THAT(size_parse(sizes[i].text, 0, (int64_t)1 << 40, &v) == (sizes[i].want >= 0) &&
                       v == sizes[i].want,
                   "%s", sizes[i].text);
    }
    CHECK(number_parse("-5", -5, 5, &v) && v == -5 && number_parse("007", 0, 7, &v) && v == 7);
    CHECK(number_parse("9223372036854775807", 0, INT64_MAX, &v) && v == INT64_MAX);
    v = 3;
    static const char *const none[] = {
        "", "-", "6", "-6", "--1", "+1", "1a", " 1", "1 ", "9223372036854775808", "0x1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK_THAT(!number_parse(none[i], -5, 5, &v) && v == 3, "%s", none[i]);
}

int main(void)
{
    test_numbers();
    return failures != 0;
}
