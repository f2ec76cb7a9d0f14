/* SPDX-License-Identifier: MIT */
/* Where the marks of a dialect without blocks are closed. All searches of one text together take linear time.
 */
#ifndef RELAY_SEND_CLOSING_H
#define RELAY_SEND_CLOSING_H

#include <stddef.h>

#include "send/dialect.h"

struct closing {
    struct span text;
    const struct dialect *d;
    size_t next[DIALECT_TOKENS]; /* a token's next closing mark, if it was searched for */
    size_t fence;                /* the next ``` */
    size_t work;                 /* bytes that may still be searched for marks that are not remembered */
};

void closing_init(struct closing *c, struct span text, const struct dialect *d);
/* The next ``` from i on; SIZE_MAX: none. */
size_t closing_fence(struct closing *c, size_t i);
/* The offset, before `to`, of the closing mark for the dialect's token k, which opens at i; SIZE_MAX: none.
 */
size_t closing_token(struct closing *c, size_t k, size_t i, size_t to);

#endif
