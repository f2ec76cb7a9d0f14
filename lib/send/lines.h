/* SPDX-License-Identifier: MIT */
/* The lines of a part: where they lose their indentation, and the beginning and end that a part gets. */
#ifndef RELAY_SEND_LINES_H
#define RELAY_SEND_LINES_H

#include "send/split.h"

/* The new beginning of a line: the text from its start up to `to` is replaced by that many quote marks and
 * blanks. */
struct margin {
    size_t to, quotes, blanks;
};
struct margin line_margin(const struct blocks *b, size_t keep);

/* Whether a line end must be added before the line: without the containers that ended before it, it would
 * continue the text of the line before. Call this before line_keep(). */
bool line_apart(const struct blocks *b, size_t keep);

/* A line was entered: updates of how many containers the indentation is left out from here on. */
void line_keep(const struct blocks *b, size_t *keep, size_t *later);

/* Whether a cut in this line (before it: line_start) is in a block of code. */
bool line_in_code(const struct blocks *b, bool line_start);

/* The lengths of the texts that close the open block of code and open it again; both 0 if that takes too much
 * room or there is nothing to mend. */
struct mend line_mend(const struct split *s, const struct blocks *b, size_t keep, bool line_start);

/* The length of the text that blocks_prefix() makes, in bytes. */
size_t prefix_length(const struct blocks *b, size_t keep);

/* Leaves out the text up to `to`. */
void lines_skip(struct split *s, size_t to);

/* Appends the text from s->at up to `end` in the form it has in a part, and goes on to the line in which it
 * ends. */
void lines_write(struct split *s, struct buf *out, size_t end);

/* After lines_write(): the part ends there, and the next one begins at `next` (line_start: at the start of a
 * line). Makes the text that closes the open constructs (s->after) and the one that opens them again
 * (s->before). */
void lines_cut(struct split *s, size_t next, bool line_start);

#endif
