/* SPDX-License-Identifier: MIT */
/* A small file of JSON objects, one a line, held in memory: rules, expectations, descriptors. */
#ifndef RELAY_STUB_JSONL_H
#define RELAY_STUB_JSONL_H

#include "base/buf.h"

/* Owns its lines. All zero is empty; jsonl_free() at the end. */
struct jsonl {
    struct span *line; /* n objects, validated */
    size_t n, cap;
};

/* Appends the objects of a file, without blank lines. Ends the process: EX_NOINPUT where it cannot be read,
 * EX_DATAERR at a line that is no JSON object. */
void jsonl_read(struct jsonl *f, const char *path);
void jsonl_free(struct jsonl *f);

#endif
