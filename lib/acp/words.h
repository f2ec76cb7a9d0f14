/* SPDX-License-Identifier: MIT */
/* Texts of an agent, which are untrusted, as short pieces of a chat message. Pure.
 *
 * Each function appends valid UTF-8 without control characters other than line ends; v is the text of a JSON
 * value, and one that is not a string appends nothing. */
#ifndef RELAY_ACP_WORDS_H
#define RELAY_ACP_WORDS_H

#include "json/json.h"

/* Appends the string on one line, at most max code points; "…" ends one that is longer. */
void words_line(struct buf *out, struct span v, size_t max);
/* Appends the string as a fenced block of code that it cannot leave: at most `lines` lines and max code
 * points of it, with "…" for what is left out. language: of the fence; "" for none. Nothing for a blank text.
 */
void words_fence(struct buf *out, struct span v, const char *language, size_t lines, size_t max);
/* Appends plain text (UTF-8) up to max code points; "…" ends one that is longer. */
void words_cut(struct buf *out, struct span text, size_t max);

#endif
