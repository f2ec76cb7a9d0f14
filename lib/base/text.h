/* SPDX-License-Identifier: MIT */
/* UTF-8 text: decoding, validity, lengths, and making it safe for a terminal. */
#ifndef RELAY_BASE_TEXT_H
#define RELAY_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Decodes one code point of strict UTF-8 (no surrogates, no overlong forms) at p, n > 0 bytes long. Returns
 * the number of bytes it takes, 1 to 4, or 0 if it is not valid; *cp is set on success. */
/* Appends a code point as UTF-8. */
size_t text_decode(const char *p, size_t n, uint32_t *cp);
void text_encode(struct buf *out, uint32_t cp);
/* Whether the bytes are strict UTF-8. */
bool text_valid(const char *p, size_t n);

/* The length of valid UTF-8 in code points, and in UTF-16 code units (protocol §5, len_unit). */
size_t text_chars(const char *p, size_t n);
size_t text_utf16(const char *p, size_t n);

/* Appends the text in a form that is safe on one line of a terminal: control characters, line and paragraph
 * separators, directional marks, invisible characters (zero width, tags, variation selectors) and bytes that
 * are not UTF-8 become \n, \t, \xNN or \u{NNNN}; a backslash stays a backslash. */
void text_escape(struct buf *out, const char *p, size_t n);

/* Appends the text flattened to one line: each run of blanks and control characters becomes one space, and
 * none is left at the ends (protocol §6, channel_context). */
void text_flatten(struct buf *out, const char *p, size_t n);

/* The text without the white space (Unicode's) at its ends: part of the same bytes. */
struct span text_trim(struct span s);
/* Turns ASCII letters into lower case, in place. */
void text_lower(char *p, size_t n);

#endif
