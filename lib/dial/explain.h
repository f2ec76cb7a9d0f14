/* SPDX-License-Identifier: MIT */
/* Exit statuses, close codes and HTTP statuses in words, with cause and cure. relay-dial(1) has the same
 * text. */
#ifndef RELAY_DIAL_EXPLAIN_H
#define RELAY_DIAL_EXPLAIN_H

#include "base/buf.h"

/* Appends three lines about the number, which is an exit status (0 to 255), an HTTP status (300 to 599) or a
 * close code (1000 to 4999). False: it is none of them. */
bool explain(struct buf *out, int64_t number);

#endif
