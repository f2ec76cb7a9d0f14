/* SPDX-License-Identifier: MIT */
/* The blocks of a text, line by line: in CommonMark quotes, list items, code, headings, tables; in other
 * dialects quotes and headings.
 *
 * A struct blocks says where one line stands; blocks_line() takes it on to the next one. Plain data, to be
 * copied. */
#ifndef RELAY_SEND_BLOCKS_H
#define RELAY_SEND_BLOCKS_H

#include <stdint.h>

#include "send/cursor.h"
#include "send/marks.h"

enum {
    BLOCKS_DEPTH = 16, /* so many quotes and items are seen inside of each other */
    QUOTE_REST = 255,  /* width of a quote of all that follows */
};

enum line_kind {
    LINE_BLANK,
    LINE_TEXT,
    LINE_HEADING,
    LINE_UNDERLINE, /* makes the line before a heading */
    LINE_RULE,
    LINE_OPENS,  /* begins a block of code */
    LINE_CODE,   /* is in it */
    LINE_CLOSES, /* ends it */
    LINE_INDENTED,
    LINE_DELIMITER, /* the second of a table */
    LINE_ROW,
};

/* A block of code by its opening line. All zero: none is open. */
struct fence {
    struct span line; /* that line in its container */
    struct span mark; /* what closes it: the line's indentation and its run of ` or ~ */
    size_t run;       /* length of that run */
};

struct blocks {
    const struct dialect *dialect;
    const struct marks *quotes;  /* in a dialect without blocks: the quoted lines; NULL: none */
    size_t quote;                /* the first of them that does not end before the line */
    uint8_t width[BLOCKS_DEPTH]; /* of the containers the line is in: columns of an item, 0 of a quote */
    size_t depth;
    struct {
        size_t at;      /* where, in this line, what is inside of so many containers begins */
        unsigned spare; /* with so many more blanks in front */
    } edge[BLOCKS_DEPTH + 1];
    size_t matched; /* so many containers were open before the line and go on in it */
    enum line_kind kind;
    bool para;      /* a paragraph is open */
    bool goes_on;   /* the line is not its first one */
    bool lazy;      /* … and goes on without the marks of its containers */
    bool sibling;   /* an item that is one only because a paragraph's container ended */
    size_t from;    /* of the line */
    size_t content; /* where its text begins */
    struct fence fence;
    struct span head; /* the open table's first two lines, from the text of the first on */
};

/* Goes on to the line from `from` up to its '\n' or the end of the text, the next one after that it stands
 * at. */
void blocks_line(struct blocks *b, struct span text, size_t from);
/* The offset of the line's end: of its '\n', or that of the text. */
size_t line_end(struct span text, size_t from);
/* Appends what a line begins with that goes on in the line's containers, when the first `keep` items are left
 * out. */
void blocks_prefix(struct buf *out, const struct blocks *b, size_t keep);
/* Whether the line is the first one of a table. */
bool blocks_head(const struct blocks *b, struct span text);
/* Whether text from `at` on would be more than text at the start of a line. */
bool blocks_starts(const struct dialect *d, struct span text, size_t at);

#endif
