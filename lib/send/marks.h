/* SPDX-License-Identifier: MIT */
/* The constructs of a text that a cut would tear: code, bold, links, spoilers.
 *
 * They are found once for the whole text, in linear time; they are properly nested and sorted by where they
 * begin. */
#ifndef RELAY_SEND_MARKS_H
#define RELAY_SEND_MARKS_H

#include <stdint.h>

#include "send/dialect.h"

enum {
    MARKS_DEPTH = 16, /* deepest nesting that is recognised */
};

/* Text with marks before and after it, as offsets: the opening mark is [from, in), the closing one [out, to).
 */
struct mark {
    uint32_t from, in, out, to;
    bool mends;  /* if cut in two, it is closed by its closing mark and opened again by its opening one */
    bool block;  /* a block of code: when it is mended, the marks stand on separate lines */
    bool secret; /* a spoiler */
};

/* All zero is empty; marks_free() at the end. */
struct marks {
    struct mark *v;
    size_t n, cap;
};

void marks_add(struct marks *m, const struct mark *mark);
/* Sorts those from index `from` on. */
void marks_sort(struct marks *m, size_t from);
void marks_free(struct marks *m);

/* Adds those of the whole text in a dialect without blocks, and, to *quotes, the lines it takes for quotes
 * (block: the quote covers all the rest). */
void flat_marks(struct marks *m, struct marks *quotes, struct span text, const struct dialect *d);
/* Where the text of the line at i begins if a dialect without blocks takes the line for a quote; 0: it does
 * not. *rest: for all that follows (>>>). */
size_t flat_quote(struct span text, size_t i, const struct dialect *d, bool *rest);

/* Adds those of a CommonMark paragraph, text[from..to). */
void inline_marks(struct marks *m, struct span text, size_t from, size_t to);

/* Runs of backticks that might close a piece of code. */
enum { TICKS_MAX = 32 }; /* a longer run opens nothing */
struct ticks {
    size_t none[TICKS_MAX]; /* from this offset to the end there is no run of that length; 0: not known */
};
/* The end of the run of backticks at i. */
size_t ticks_end(struct span text, size_t i, size_t to);
/* The next run of n backticks from i on and before `to`; SIZE_MAX: none. `to` must be the same in all calls
 * with one *t. */
size_t ticks_find(struct ticks *t, struct span text, size_t i, size_t to, size_t n);

/* The end of the link's address that begins at i with "("; i: it is not one. */
size_t link_end(struct span text, size_t i, size_t to);

#endif
