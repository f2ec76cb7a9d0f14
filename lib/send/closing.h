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
    size_t next[DIALECT_TOKENS]; /* a token's next closing mark, as far as it was looked for */
    size_t fence;                /* the next ``` */
    size_t work;                 /* bytes that may yet be looked at for marks that are not kept */
};

void closing_init(struct closing *c, struct span text, const struct dialect *d);
/* The next ``` from i on; SIZE_MAX: none. */
size_t closing_fence(struct closing *c, size_t i);
/* Where the closing mark is of token k of the dialect, which opens at i, before `to`; SIZE_MAX: none. */
size_t closing_token(struct closing *c, size_t k, size_t i, size_t to);

#endif
