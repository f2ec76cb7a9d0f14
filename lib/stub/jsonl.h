/* SPDX-License-Identifier: MIT */
/* A small file of JSON objects, one a line, held in memory: rules, expectations, descriptors, recordings. */
#ifndef RELAY_STUB_JSONL_H
#define RELAY_STUB_JSONL_H

#include "stub/tree.h"

/* Owns its lines and trees. All zero is empty; jsonl_free() at the end. */
struct jsonl {
    struct span *line; /* n objects, validated */
    cJSON **tree;      /* of each, or NULL */
    size_t n, cap;
    bool damaged; /* jsonl_read_some() left lines out */
};

/* Appends the objects of a file, without blank lines; trees: and the tree of each. Ends the process:
 * EX_NOINPUT if it cannot be read, EX_DATAERR at a line that is not a JSON object. */
void jsonl_read(struct jsonl *f, const char *path, bool trees);
/* The same without trees, but a line that is not a JSON object, as a full disk or a kill leaves one in a
 * recording, is told and left out. */
void jsonl_read_some(struct jsonl *f, const char *path);
void jsonl_free(struct jsonl *f);

#endif
