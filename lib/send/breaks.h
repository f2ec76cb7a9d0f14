/* SPDX-License-Identifier: MIT */
/* Where a text may be cut: white space, ends of sentences, and what Unicode says of clusters and lines.
 *
 * All texts are valid UTF-8; all places are offsets in bytes. Pure. */
#ifndef RELAY_SEND_BREAKS_H
#define RELAY_SEND_BREAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* The code point at i < text.n; returns its length in bytes. */
size_t code_point_at(struct span text, size_t i, uint32_t *cp);

/* A run of white space: blanks and line ends of Unicode but those that bind words together. */
struct gap {
    size_t end, count;            /* count: its length, in code points as in UTF-16 code units */
    size_t lines;                 /* '\n's in it */
    size_t first_line, last_line; /* what follows its first and its last '\n' */
};

/* The white space at i, if any: a blank with a combining mark on it is none. */
struct gap gap_at(struct span text, size_t i);

enum sentence_sign {
    SENTENCE_NOTHING,
    SENTENCE_END,       /* ends a sentence if white space follows */
    SENTENCE_END_CLOSE, /* ends one whatever follows */
    SENTENCE_AFTER,     /* may stand between an end and what follows */
};
enum sentence_sign sentence_sign(uint32_t c);

/* Sets breaks[i] for each byte of the text at which a grapheme cluster begins, for i = 0 too. */
void cluster_breaks(char *breaks, struct span text);

/* The last place from 1 to `to` at which Unicode allows a new line and a cluster begins (breaks as above); 0:
 * none. Not between two ASCII characters: that would cut addresses and names. */
size_t line_break(struct span text, const char *breaks, size_t to);

#endif
