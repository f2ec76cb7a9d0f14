/* SPDX-License-Identifier: MIT */
/* Splitting a text into messages that a platform takes (protocol §5, max_message_length and len_unit).
 *
 * A part ends at the last end of a paragraph that leaves it at least a quarter full, else so of a line, a
 * sentence, a word; where a word alone is too long, after a grapheme cluster; where a cluster alone is too
 * long, after a code point. White space at a cut belongs to no part (the indentation of a line does). A code
 * fence that is cut in two is closed, and opened again by the same line, unless these two lines would take
 * more than half of a part. Pure, and in linear time. */
#ifndef RELAY_SEND_SPLIT_H
#define RELAY_SEND_SPLIT_H

#include <stdbool.h>

#include "send/fence.h"

struct split_rule {
    size_t max;  /* longest part, at least 1 */
    bool utf16;  /* … in UTF-16 code units, otherwise in code points */
    bool fences; /* mend code fences */
};

/* The length of valid UTF-8 as the rule counts it. */
size_t split_length(const struct split_rule *r, struct span text);
/* Whether the text can be split: not where one code point is over the maximum already. */
bool split_possible(const struct split_rule *r, struct span text);

/* Where a text stands among its code fences. */
struct split_block {
    struct fence fence;
    size_t before, after; /* length of the lines that open it again and close it; 0: it is not mended */
};
struct split_place {
    struct split_block in;      /* the open block */
    struct split_block opening; /* the block whose opening line this is */
    bool closing;               /* this is the line that closes the open block */
};

/* A text being split. */
struct split {
    struct split_rule rule;
    struct span text; /* valid UTF-8, not owned */
    size_t at;        /* what is before is in parts already */
    size_t parts;
    struct split_place place; /* of `at` */
    bool line_start;          /* `at` is at the start of a line */
    bool torn;                /* `at` is inside a cluster */
    struct buf breaks;        /* work space */
};

/* The text must be there until the last part is taken, and split_possible(). */
void split_start(struct split *s, struct span text, const struct split_rule *r);
/* Appends the next part. False, with nothing appended, after the last. */
bool split_next(struct split *s, struct buf *part);
void split_free(struct split *s);

#endif
