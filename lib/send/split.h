/* SPDX-License-Identifier: MIT */
/* Splitting a text into messages that a platform takes (protocol §5, max_message_length and len_unit).
 *
 * A part ends at the last paragraph end that leaves it at least a quarter full; failing that, the last line,
 * sentence or word end that does; a word that is too long is cut after a grapheme cluster, a cluster that is
 * too long after a code point. White space at a cut is left out (but not the indentation of a line). The text
 * is read as its dialect reads it: a construct that would be whole in a part is not cut; one that is cut is
 * closed and opened again (unless that takes more than half of a part); and if a list is cut, its lines are
 * moved to the left. Pure, and in linear time. */
#ifndef RELAY_SEND_SPLIT_H
#define RELAY_SEND_SPLIT_H

#include "send/mend.h"

/* Whether the text can be split: not if a single code point is already over the maximum. */
bool split_possible(const struct split_rule *r, struct span text);

/* A text being split. */
struct split {
    struct split_rule rule;
    struct span text; /* valid UTF-8, not owned */
    struct marks marks, quotes;
    size_t at;  /* the text before this offset is already in parts */
    size_t end; /* the offset at which the text of the last part ended, before white space that is left out */
    size_t parts;
    struct blocks blocks; /* of the line in which `at` is */
    struct open open;     /* the constructs open at `at` */
    bool line_start;      /* `at` is at the start of a line */
    bool torn;            /* `at` is inside a cluster */
    size_t keep;          /* number of containers whose indentation is left out of the part's lines */
    size_t later;         /* … once the open block of code has ended */
    struct buf before;    /* text added at the beginning of the part */
    size_t before_length;
    struct buf after;  /* text added at the end of the last part */
    struct buf breaks; /* work space */
};

/* The text must stay valid until the last part is taken; split_possible() must be true for it. */
void split_start(struct split *s, struct span text, const struct split_rule *r);
/* Appends the next part. False, with nothing appended, after the last. */
bool split_next(struct split *s, struct buf *part);
/* The same, but the part ends at the offset `end`, which must be after s->at and between two code points. */
bool split_to(struct split *s, struct buf *part, size_t end);
void split_free(struct split *s);

#endif
