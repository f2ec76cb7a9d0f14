/* SPDX-License-Identifier: MIT */
/* Walking through a line by columns: a tab reaches to the next multiple of four (CommonMark 2.2). */
#ifndef RELAY_SEND_CURSOR_H
#define RELAY_SEND_CURSOR_H

#include <stdbool.h>

#include "base/buf.h"

struct cursor {
    struct span text;
    size_t i, end;  /* the offset in the text; the line's end */
    unsigned col;   /* the current column */
    unsigned spare; /* columns that remain of a tab that i has already passed */
};

/* The number of columns of blanks from here on; *ink: the offset at which they end. */
unsigned cursor_indent(const struct cursor *c, size_t *ink);
/* Skips n columns of blanks, or as many as there are. */
void cursor_skip(struct cursor *c, unsigned n);
/* Goes n characters, each one column wide, beyond the end of the blanks, ink. */
void cursor_enter(struct cursor *c, size_t n);

#endif
