/* SPDX-License-Identifier: MIT */
/* What a line of CommonMark can begin with. `ink` is the offset of its first character that is not a blank.
 */
#ifndef RELAY_SEND_STARTS_H
#define RELAY_SEND_STARTS_H

#include "send/cursor.h"

/* The length of the run of three or more ` or ~ at ink, 0 if there is none; *to: its end. */
size_t start_fence(const struct cursor *c, size_t ink, size_t *to);
/* Whether only white space follows from `from` up to the line's end. */
/* Whether the line is a heading, a thematic break, the underline of a heading. */
bool span_blank(const struct cursor *c, size_t from);
bool start_heading(const struct cursor *c, size_t ink);
bool start_rule(const struct cursor *c, size_t ink);
bool start_underline(const struct cursor *c, size_t ink);
/* Whether there is a list item's marker, and goes past it; *width: the columns by which its lines are
 * indented. within: inside a paragraph, which not every item can interrupt. */
bool start_item(struct cursor *c, size_t ink, bool within, unsigned *width);
/* Whether the line, together with the line above, begins a table. */
bool start_table(struct span above, struct span line);

#endif
