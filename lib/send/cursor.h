/* SPDX-License-Identifier: MIT */
/* Going through a line by columns: a tab reaches to the next multiple of four (CommonMark 2.2). */
#ifndef RELAY_SEND_CURSOR_H
#define RELAY_SEND_CURSOR_H

#include <stdbool.h>

#include "base/buf.h"

struct cursor {
    struct span text;
    size_t i, end;  /* in the text; the line's end */
    unsigned col;   /* the column it stands in */
    unsigned spare; /* columns left of a tab that i is behind of already */
};

/* The columns of blanks in front of it; *ink: where they end. */
unsigned cursor_indent(const struct cursor *c, size_t *ink);
/* Goes past n columns of blanks, or as many as there are. */
void cursor_skip(struct cursor *c, unsigned n);
/* Goes to ink, which is n characters of a column each behind the blanks. */
void cursor_enter(struct cursor *c, size_t n);

#endif
