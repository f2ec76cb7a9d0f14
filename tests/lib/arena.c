/* SPDX-License-Identifier: MIT */
/* Memory that lives as long as one line: nothing moves, nothing overlaps, and memory given back is used
 * again.
 */
#include <stdint.h>

#include "base/arena.h"
#include "check.h"
#include "json/json.h"

enum { PIECES = 3000 };

static void test_pieces(void)
{
    static struct span piece[PIECES];
    struct arena a = {0};
    unsigned seed = 3;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < PIECES; i++) {
            seed = seed * 1103515245 + 12345;
            size_t n = (seed >> 16) % (i % 100 ? 200 : 20000) + 1;
            char *p = arena_alloc(&a, n);
            CHECK((uintptr_t)p % sizeof(void *) == 0);
            memset(p, i, n);
            piece[i] = (struct span){p, n};
        }
        for (int i = 0; i < PIECES; i++)
            for (size_t k = 0; k<piece[i].n; k += piece[i].n> 1 ? piece[i].n - 1 : 1)
                CHECK_THAT(piece[i].p[k] == (char)i, "piece %d", i);
        arena_reset(&a);
        if (round)
            CHECK(a.left > 0 && arena_alloc(&a, 1) != NULL);
        arena_reset(&a);
    }
    arena_free(&a);
    arena_free(&a);
}

static void test_texts(void)
{
    struct arena a = {0};
    struct buf b = {0};
    struct span v = span_of("\"plain\""), none = {NULL, 0};
    struct span text = json_text(&a, v), again = json_text(&a, span_of("\"\\u00e9\\n\\ud800\""));
    CHECK(text.p == v.p + 1 && span_eq(text, "plain"));
    CHECK(span_eq(again, "\xc3\xa9\n\xef\xbf\xbd"));
    CHECK(!json_text(&a, span_of("7")).p && !json_text(&a, none).p &&
          span_eq(json_text(&a, span_of("\"\"")), ""));
    buf_str(&b, "kept");
    struct span kept = arena_take(&a, &b);
    buf_str(&b, "xxxx");
    CHECK(span_eq(kept, "kept") && span_eq(again, "\xc3\xa9\n\xef\xbf\xbd"));
    CHECK(span_eq(arena_copy(&a, none), ""));
    buf_free(&b);
    arena_free(&a);
}

int main(void)
{
    test_pieces();
    test_texts();
    return failures != 0;
}
