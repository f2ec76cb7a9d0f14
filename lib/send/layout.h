/* SPDX-License-Identifier: MIT */
/* The messages that a text is shown in while it grows: its parts, some of which end where they were made to
 * end before.
 *
 * Interim text is shown with what its end lacks: an open block of code is closed, and so is an open spoiler.
 * A text that was cut off gets LAYOUT_MARK at its end. Pure. */
#ifndef RELAY_SEND_LAYOUT_H
#define RELAY_SEND_LAYOUT_H

#include "send/split.h"

#define LAYOUT_MARK "…"

enum layout_end {
    LAYOUT_GROWS, /* more text may follow */
    LAYOUT_WHOLE, /* this is all */
    LAYOUT_CUT,   /* this is all there will be, and it is marked */
};

/* All zero at first; call layout_free() at the end. */
struct layout {
    struct split split;
    struct buf text; /* with what is added to its end */
    size_t own;      /* its length without that */
    size_t limit;    /* a free part begins before this offset */
    enum layout_end end;
    bool paragraphs;
};

/* Begins to lay out a text (valid UTF-8, without white space at its end) from its start, by a rule for which
 * split_possible() is true. paragraphs: each paragraph is a part, and while the text grows only those that
 * have ended are. The text is copied. */
void layout_begin(struct layout *l, struct span text, const struct split_rule *r, enum layout_end end,
                  bool paragraphs);
/* Appends the next part. to: the offset in the text at which it ends; 0: where it is best. *end: the offset
 * in the text at which it ends. False: there is none, and nothing is appended. */
bool layout_next(struct layout *l, size_t to, struct buf *part, size_t *end);
/* Before the next part, something may be missing: it begins with LAYOUT_MARK. */
void layout_gap(struct layout *l);
/* Whether all of the text, with what is added to it, is in parts. */
bool layout_done(const struct layout *l);
/* Leaves out a few characters, or a word, at the end of a text, to make room for LAYOUT_MARK. */
void layout_shorten(struct buf *text);
void layout_free(struct layout *l);

#endif
