/* SPDX-License-Identifier: MIT */
/* The dialects of Markdown: how the reader's platform reads a text (protocol §5, markdown_dialect). */
#ifndef RELAY_SEND_DIALECT_H
#define RELAY_SEND_DIALECT_H

#include <stdbool.h>

#include "base/buf.h"

enum { DIALECT_TOKENS = 6 }; /* most of one dialect */

/* How the end of a token's text is found. */
enum token_kind {
    TOKEN_PLAIN, /* the next one, wherever it stands */
    TOKEN_STAR,  /* Discord's *: no white space inside of the marks, ** does not end it */
    TOKEN_UNDER, /* the next _ that is not one of __ */
    TOKEN_WORD,  /* around whole words of one line */
};

/* A mark that stands before and after a text: bold, a spoiler. */
struct token {
    const char *mark; /* NULL: the list ends */
    enum token_kind kind;
    char not_before; /* the closing mark is none in front of this character; 0: always one */
    bool word_end;   /* it is one only if no letter, digit or _ follows */
    bool secret;     /* a spoiler: no part may show it */
};

struct dialect {
    bool code;    /* it has code; without, a text is just text and nothing below counts */
    bool blocks;  /* CommonMark: lists, quotes, code by lines, tables; else any ``` opens and closes */
    bool masked;  /* [text](url) is a link */
    bool flipped; /* >>> quotes all that follows */
    struct token tokens[DIALECT_TOKENS + 1];
};

/* The dialect of that name; CommonMark with tables if it is not known or p is NULL. Static. */
const struct dialect *dialect_find(struct span name);

#endif
