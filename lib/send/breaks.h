/* SPDX-License-Identifier: MIT */
/* Where a text may be cut: white space, ends of sentences, and Unicode's rules for clusters and lines.
 *
 * All texts must be valid UTF-8; all positions are offsets in bytes. Pure. */
#ifndef RELAY_SEND_BREAKS_H
#define RELAY_SEND_BREAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* The code point at i < text.n; returns its length in bytes. */
size_t code_point_at(struct span text, size_t i, uint32_t *cp);

/* A run of white space: Unicode's blanks and line ends, except those that bind words together. */
struct gap {
    size_t end, count;            /* count: its length, in code points as in UTF-16 code units */
    size_t lines;                 /* '\n's in it */
    size_t first_line, last_line; /* the offsets after its first and its last '\n' */
};

/* The white space at i, if any; a blank with a combining mark on it does not count. */
struct gap gap_at(struct span text, size_t i);

enum sentence_sign {
    SENTENCE_NOTHING,
    SENTENCE_END,       /* ends a sentence if white space follows */
    SENTENCE_END_CLOSE, /* ends one whatever follows */
    SENTENCE_AFTER,     /* may stand between an end and the white space */
};
enum sentence_sign sentence_sign(uint32_t c);

/* Sets breaks[i] for each byte of the text at which a grapheme cluster begins, for i = 0 too. */
void cluster_breaks(char *breaks, struct span text);

/* The last offset from 1 to `to` at which Unicode allows a line break and a cluster begins (breaks as above);
 * 0: none. Never between two ASCII characters: that would cut addresses and names. */
size_t line_break(struct span text, const char *breaks, size_t to);

#endif
