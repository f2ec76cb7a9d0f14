/* SPDX-License-Identifier: MIT */
/* The dialects of Markdown: how a platform reads a text (protocol §5, markdown_dialect). */
#ifndef RELAY_SEND_DIALECT_H
#define RELAY_SEND_DIALECT_H

#include <stdbool.h>

#include "base/buf.h"

enum { DIALECT_TOKENS = 6 }; /* most tokens of one dialect */

/* How the end of a token's text is found. */
enum token_kind {
    TOKEN_PLAIN, /* the next mark, wherever it is */
    TOKEN_STAR,  /* Discord's *: no white space just inside the marks; ** does not end it */
    TOKEN_UNDER, /* the next _ that is not part of __ */
    TOKEN_WORD,  /* around whole words of one line */
};

/* A mark before and after a text: bold, a spoiler. */
struct token {
    const char *mark; /* NULL: the end of the list */
    enum token_kind kind;
    char not_before; /* the closing mark does not count before this character; 0: it always counts */
    bool word_end;   /* it counts only if no letter, digit or _ follows */
    bool secret;     /* a spoiler: no part may show it */
};

struct dialect {
    bool code;    /* it has code; if not, a text is plain text and nothing below counts */
    bool blocks;  /* CommonMark: lists, quotes, code by lines, tables; else any ``` opens and closes */
    bool masked;  /* [text](url) is a link */
    bool flipped; /* >>> quotes all the rest of the text */
    struct token tokens[DIALECT_TOKENS + 1];
};

/* The dialect of that name; CommonMark with tables if the name is unknown or its p is NULL. Static. */
const struct dialect *dialect_find(struct span name);

#endif
