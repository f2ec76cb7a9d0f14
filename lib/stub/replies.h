/* SPDX-License-Identifier: MIT */
/* The descriptors a stub hands out (protocol §5): built-in ones and those of a file, which come first. */
#ifndef RELAY_STUB_REPLIES_H
#define RELAY_STUB_REPLIES_H

#include "stub/jsonl.h"

/* The number of the first object, from 1, that is no descriptor since it names no platform; 0: all are. */
size_t catalog_check(const struct jsonl *own);

/* Appends the descriptor frame, without '\n', for a platform (plain text). own: descriptor objects, or frames
 * that hold one; of several for a platform the last one counts. */
void catalog_descriptor(struct buf *out, const struct jsonl *own, struct span platform);

#endif
