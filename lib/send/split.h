/* SPDX-License-Identifier: MIT */
/* Splitting a text into messages that a platform takes (protocol §5, max_message_length and len_unit).
 *
 * A part ends at the last paragraph end that leaves it at least a quarter full; failing that, the last line,
 * sentence or word end that does; a word that is too long is cut after a grapheme cluster, a cluster that is
 * too long after a code point. White space at a cut belongs to no part (the indentation of a line does). As
 * the dialect reads the text: what would be whole in a part is not cut; what is cut is closed and opened
 * again (unless that takes more than half of a part), and if a list is cut, its lines are moved to the
 * left. Pure, and in linear time. */
#ifndef RELAY_SEND_SPLIT_H
#define RELAY_SEND_SPLIT_H

#include "send/mend.h"

/* Whether the text can be split: not if one code point is over the maximum already. */
bool split_possible(const struct split_rule *r, struct span text);

/* A text being split. */
struct split {
    struct split_rule rule;
    struct span text; /* valid UTF-8, not owned */
    struct marks marks, quotes;
    size_t at; /* what is before is in parts already */
    size_t parts;
    struct blocks blocks; /* of the line that `at` is in */
    struct open open;     /* at `at` */
    bool line_start;      /* `at` is at the start of a line */
    bool torn;            /* `at` is inside a cluster */
    size_t keep;          /* of so many containers the part's lines do without the indentation */
    size_t later;         /* … of so many once the open block of code has ended */
    struct buf before;    /* what the part begins with, and … */
    size_t before_length;
    struct buf after;  /* … what the last one ended with, that is not in the text */
    struct buf breaks; /* work space */
};

/* The text must be there until the last part is taken, and split_possible(). */
void split_start(struct split *s, struct span text, const struct split_rule *r);
/* Appends the next part. False, with nothing appended, after the last. */
bool split_next(struct split *s, struct buf *part);
void split_free(struct split *s);

#endif
