/* SPDX-License-Identifier: MIT */
/* Columns on a terminal, and quantiles of durations against sorted ones. */
#include <stdlib.h>
#include <uniwidth.h>

#include "base/quantile.h"
#include "base/text.h"
#include "base/width.h"
#include "check.h"

static void test_samples(void)
{
    static const struct {
        const char *text;
        size_t width;
    } rows[] = {
        {"", 0},   {"abc", 3},          {"ä", 1}, {"a\xcc\x88", 1}, {"你好", 4},     {"한국", 4},
        {"ﾊﾝ", 2}, {"\xef\xbc\xa1", 2}, {"👍", 2}, {"…→←•·", 5},     {"\xff\xfe", 2}, {"e\xcc\x81\xcc\x81", 1},
        {"กิ", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(text_width(rows[i].text, strlen(rows[i].text)) == rows[i].width, "%s", rows[i].text);
}

/* A character that would stick out by a half is left out, a mark stays with its character. */
static void test_fit(void)
{
    size_t columns;
    CHECK(text_fit("你好", 6, 3, &columns) == 3 && columns == 2);
    CHECK(text_fit("你好", 6, 4, &columns) == 6 && columns == 4);
    CHECK(text_fit("a\xcc\x88z", 4, 1, &columns) == 3 && columns == 1);
    CHECK(text_fit("abc", 3, 0, &columns) == 0 && columns == 0);
}

/* libunistring's table is another one and of another version: nearly all characters agree. */
static void test_other_table(void)
{
    struct buf b = {0};
    int differ = 0;
    for (uint32_t c = 0x20; c < 0x30000; c++) {
        int want = uc_width(c, "UTF-8");
        if ((c >= 0xd800 && c < 0xe000) || want < 0)
            continue;
        b.len = 0;
        text_encode(&b, c);
        differ += text_width(b.p, b.len) != (size_t)want;
    }
    CHECK_THAT(differ < 1500, "%d characters differ", differ);
    buf_free(&b);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_quantiles(void)
{
    enum { N = 20000 };
    static struct quantile q;
    static int64_t all[N];
    CHECK(quantile_at(&q, 50) == 0);
    srand(7);
    for (int i = 0; i < N; i++) {
        all[i] = (int64_t)rand() >> rand() % 31;
        quantile_add(&q, all[i]);
    }
    qsort(all, N, sizeof *all, by_size);
    for (unsigned p = 1; p <= 100; p++) {
        int64_t exact = all[(N * p + 99) / 100 - 1], got = quantile_at(&q, p);
        CHECK_THAT(got >= exact && got <= exact + exact / 31, "p%u: %lld, not %lld", p, (long long)got,
                   (long long)exact);
    }
    CHECK(q.count == N && q.most == all[N - 1] && quantile_at(&q, 100) == q.most);
    quantile_add(&q, -1);
    quantile_add(&q, INT64_MAX);
    CHECK(quantile_at(&q, 0) == 0 && quantile_at(&q, 100) == ((int64_t)1 << 40) - 1);
}

int main(void)
{
    test_samples();
    test_fit();
    test_other_table();
    test_quantiles();
    return failures != 0;
}
