/* SPDX-License-Identifier: MIT */
/* The constructs that are open at an offset in a text, and the texts that close them there and open them
 * again. All lengths are counted as the rule counts them. */
#ifndef RELAY_SEND_MEND_H
#define RELAY_SEND_MEND_H

#include "send/blocks.h"
#include "send/marks.h"

struct split_rule {
    size_t max; /* longest part, at least 1 */
    bool utf16; /* … in UTF-16 code units, otherwise in code points */
    const struct dialect *dialect;
};

/* The length of valid UTF-8 as the rule counts it. */
size_t split_length(const struct split_rule *r, struct span text);

/* The constructs open at an offset, the outermost first. All zero: those at the beginning of a text. */
struct open {
    struct opened {
        struct mark mark;
        bool fits;            /* it would be whole in a part: better not cut it */
        size_t before, after; /* lengths of the texts that open it again and close it */
    } v[MARKS_DEPTH];
    size_t n;
    size_t next; /* the first mark that begins later */
};

/* Moves on to the offset `at`: then those are open that begin before it and end after it. */
void open_sync(struct open *o, const struct marks *m, struct span text, const struct split_rule *r,
               size_t at);

/* What a cut at an offset, after which the text goes on at `next`, does to the open constructs. */
enum cut_in {
    CUT_CLEAN, /* it tears none that would have been whole in a part */
    CUT_TEARS,
    CUT_EMPTIES, /* one of the two pieces of a construct would be empty, or a mark would grow */
    CUT_MARK,    /* the cut is inside a mark */
};
enum cut_in open_cut(const struct open *o, struct span text, size_t at, size_t next);

/* Which of the open constructs are mended, one bit each, and the lengths of the texts that takes. These must
 * leave room for text, but a spoiler is mended in any case; prefix: the length of the prefix of their lines.
 */
struct mend {
    unsigned which;
    size_t before, after;
};
struct mend open_mend(const struct open *o, const struct split_rule *r, size_t at, size_t prefix);
/* Those of them that begin before an offset, and those that do not: they are opened again in that order. */
struct mend open_before(const struct open *o, const struct mend *m, size_t at);
struct mend open_since(const struct open *o, const struct mend *m, size_t at);
/* Whether the innermost one that is mended is a block of code. */
bool open_in_block(const struct open *o, const struct mend *m);
/* Append the text that closes them, and the one that opens them again; prefix: the prefix of their lines. */
void open_close(struct buf *out, const struct open *o, const struct mend *m, struct span text,
                struct span prefix);
void open_again(struct buf *out, const struct open *o, const struct mend *m, struct span text,
                struct span prefix);

#endif
