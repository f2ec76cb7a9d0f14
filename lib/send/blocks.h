/* SPDX-License-Identifier: MIT */
/* The blocks of a text, line by line: in CommonMark, quotes, list items, code, headings and tables; in other
 * dialects, quotes and headings.
 *
 * A struct blocks describes the blocks that one line is in; blocks_line() moves on to the next line. It is
 * plain data and may be copied. */
#ifndef RELAY_SEND_BLOCKS_H
#define RELAY_SEND_BLOCKS_H

#include <stdint.h>

#include "send/cursor.h"
#include "send/marks.h"

enum {
    BLOCKS_DEPTH = 16, /* deepest nesting of quotes and items that is recognised */
    QUOTE_REST = 255,  /* width of a quote that covers all the rest of the text */
};

enum line_kind {
    LINE_BLANK,
    LINE_TEXT,
    LINE_HEADING,
    LINE_UNDERLINE, /* makes the line before a heading */
    LINE_RULE,
    LINE_OPENS,  /* begins a block of code */
    LINE_CODE,   /* is inside one */
    LINE_CLOSES, /* ends one */
    LINE_INDENTED,
    LINE_DELIMITER, /* the second line of a table */
    LINE_ROW,
};

/* A block of code, described by its opening line. All zero: none is open. */
struct fence {
    struct span line; /* that line within its container */
    struct span mark; /* the text that closes the block: the line's indentation and its run of ` or ~ */
    size_t run;       /* length of that run */
};

struct blocks {
    const struct dialect *dialect;
    const struct marks *quotes;  /* in a dialect without blocks, the quoted lines; NULL: none */
    size_t quote;                /* index of the first of them that does not end before the line */
    uint8_t width[BLOCKS_DEPTH]; /* of the containers the line is in: an item's columns; 0 for a quote */
    size_t depth;
    struct {
        size_t at;      /* where in this line the content of that many containers begins */
        unsigned spare; /* … with this many more blanks in front */
    } edge[BLOCKS_DEPTH + 1];
    size_t matched; /* the number of containers that were open before the line and go on in it */
    enum line_kind kind;
    bool para;      /* a paragraph is open */
    bool goes_on;   /* … and the line is not its first one */
    bool lazy;      /* … and the line lacks the marks of its containers */
    bool sibling;   /* an item that is an item only because a paragraph's container ended */
    size_t from;    /* where the line begins */
    size_t content; /* where its text begins */
    struct fence fence;
    struct span head; /* the open table's first two lines, from the text of the first one on */
};

/* Moves on to the line that begins at `from` and ends at its '\n' or at the end of the text. It must be the
 * line after the current one. */
void blocks_line(struct blocks *b, struct span text, size_t from);
/* The offset of the line's end: of its '\n', or the end of the text. */
size_t line_end(struct span text, size_t from);
/* Appends the beginning of a line that goes on in the current line's containers, leaving out the first `keep`
 * items. */
void blocks_prefix(struct buf *out, const struct blocks *b, size_t keep);
/* Whether the line is the first one of a table. */
bool blocks_head(const struct blocks *b, struct span text);
/* Whether the text at `at` would be more than plain text if it stood at the start of a line. */
bool blocks_starts(const struct dialect *d, struct span text, size_t at);

#endif
