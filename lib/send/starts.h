/* SPDX-License-Identifier: MIT */
/* What a line of CommonMark can begin with. `ink` is its first character that is not a blank. */
#ifndef RELAY_SEND_STARTS_H
#define RELAY_SEND_STARTS_H

#include "send/cursor.h"

/* The length of the run of three or more ` or ~ at ink, and its end; 0: there is none. */
size_t start_fence(const struct cursor *c, size_t ink, size_t *to);
/* Whether nothing but white space follows up to the line's end. */
bool span_blank(const struct cursor *c, size_t from);
bool start_heading(const struct cursor *c, size_t ink);
bool start_rule(const struct cursor *c, size_t ink);
bool start_underline(const struct cursor *c, size_t ink);
/* The marker of a list item: goes past it; *width: the columns its lines are indented by. `within`: inside of
 * a paragraph, which not every item ends. */
bool start_item(struct cursor *c, size_t ink, bool within, unsigned *width);
/* Whether the line makes a table of itself and the line above. */
bool start_table(struct span above, struct span line);

#endif
