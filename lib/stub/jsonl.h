/* SPDX-License-Identifier: MIT */
/* A small file of JSON objects, one per line, held in memory: rules, expectations, descriptors, recordings.
 */
#ifndef RELAY_STUB_JSONL_H
#define RELAY_STUB_JSONL_H

#include "stub/tree.h"

/* Owns its lines and trees. All zero is empty; call jsonl_free() at the end. */
struct jsonl {
    struct span *line; /* n objects, validated */
    cJSON **tree;      /* the tree of each, or NULL */
    size_t n, cap;
    bool damaged; /* jsonl_read_some() left lines out */
};

/* Appends the objects of a file, skipping blank lines; trees: also the tree of each. Ends the process:
 * EX_NOINPUT if the file cannot be read, EX_DATAERR at a line that is not a JSON object. */
void jsonl_read(struct jsonl *f, const char *path, bool trees);
/* The same without trees, but a line that is not a JSON object (a full disk or a kill can leave one in a
 * recording) is reported and left out. */
void jsonl_read_some(struct jsonl *f, const char *path);
void jsonl_free(struct jsonl *f);

#endif
