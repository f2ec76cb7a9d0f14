/* SPDX-License-Identifier: MIT */
/* The lines of a part: where they lose their indentation, and what a part begins and ends with. */
#ifndef RELAY_SEND_LINES_H
#define RELAY_SEND_LINES_H

#include "send/split.h"

/* What becomes of a line's beginning: the text from its start up to `to` is replaced by quote marks and
 * blanks. */
struct margin {
    size_t to, quotes, blanks;
};
struct margin line_margin(const struct blocks *b, size_t keep);

/* Whether a line end must be added in front of the line: without the containers that ended with the line
 * before it, the text of that one would go on in it. Ask before line_keep(). */
bool line_apart(const struct blocks *b, size_t keep);

/* A line was entered: of which containers do the lines do without the indentation from here on? */
void line_keep(const struct blocks *b, size_t *keep, size_t *later);

/* Whether a cut in this line (before it: line_start) is in a block of code. */
bool line_in_code(const struct blocks *b, bool line_start);

/* The lengths of what closes the open block of code and opens it again, both 0 if that takes too much or
 * there is none to be mended. */
struct mend line_mend(const struct split *s, const struct blocks *b, size_t keep, bool line_start);

/* The length of what blocks_prefix() makes. */
size_t prefix_length(const struct blocks *b, size_t keep);

/* Leaves the text up to `to` out. */
void lines_skip(struct split *s, size_t to);

/* Appends the text from s->at up to `end` as a part has it, and goes on to the line in which it ends. */
void lines_write(struct split *s, struct buf *out, size_t end);

/* After lines_write(): the part ends there, and the next one begins at `next` (line_start: a line does).
 * Makes what closes what is open (s->after) and opens it again (s->before). */
void lines_cut(struct split *s, size_t next, bool line_start);

#endif
