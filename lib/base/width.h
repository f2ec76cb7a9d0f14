/* SPDX-License-Identifier: MIT */
/* The columns that text takes on a terminal: two for a wide character of East Asia and an emoji, none for a
 * mark that joins the character before it, one for any other. It does not depend on the locale. */
#ifndef RELAY_BASE_WIDTH_H
#define RELAY_BASE_WIDTH_H

#include <stddef.h>

/* The columns of the text; a control character or a byte that is not UTF-8 counts as one. */
size_t text_width(const char *p, size_t n);
/* The number of bytes, whole characters, that fit into `most` columns; *columns: how many these take. */
size_t text_fit(const char *p, size_t n, size_t most, size_t *columns);

#endif
