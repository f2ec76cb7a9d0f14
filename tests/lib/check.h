/* SPDX-License-Identifier: MIT */
/* What the C tests share: a check that prints what failed, and counts. */
#ifndef RELAY_CHECK_H
#define RELAY_CHECK_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static int failures;

#define CHECK(what) CHECK_THAT(what, "%s", "")

/* The same with what it was about: CHECK_THAT(n == 1, "row %d", i). */
#define CHECK_THAT(what, ...)                                                                                \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            failures++;                                                                                      \
            printf("%s:%d: not so: %s ", __FILE__, __LINE__, #what);                                         \
            printf(__VA_ARGS__);                                                                             \
            putchar('\n');                                                                                   \
        }                                                                                                    \
    } while (0)

/* Whether the buffer holds that text; empties it. */
static inline bool holds(struct buf *b, struct span want)
{
    bool same = b->len == want.n && memcmp(b->p ? b->p : "", want.p ? want.p : "", want.n) == 0;
    if (!same)
        printf("have: %.*s\nwant: %.*s\n", (int)b->len, b->p ? b->p : "", (int)want.n, want.p ? want.p : "");
    b->len = 0;
    return same;
}

static inline bool reads(struct buf *b, const char *want)
{
    return holds(b, span_of(want));
}

#endif
