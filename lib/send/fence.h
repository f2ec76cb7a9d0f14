/* SPDX-License-Identifier: MIT */
/* Code fences of Markdown: lines that open and close a block of code. */
#ifndef RELAY_SEND_FENCE_H
#define RELAY_SEND_FENCE_H

#include <stdbool.h>

#include "base/buf.h"

/* An open block; the spans are of the text. All zero: none is open. */
struct fence {
    struct span line; /* its opening line, without the line end */
    struct span mark; /* what closes it: the line's indentation and its run of ` or ~ */
    size_t run;       /* length of that run */
};

/* Whether the line (without its end) opens a block: blanks, three or more ` or ~, and an info string, which
 * has no ` after a run of them. Blanks in front may be any number, as in lists. */
bool fence_opens(struct fence *f, struct span line);
/* Whether the line closes the open block: a run of the same character, not shorter, and nothing else. */
bool fence_closes(const struct fence *f, struct span line);

#endif
