/* SPDX-License-Identifier: MIT */
/* What the user of a stub expects from the gateways: frames, in order, whatever comes between them. */
#ifndef RELAY_STUB_EXPECT_H
#define RELAY_STUB_EXPECT_H

#include "stub/jsonl.h"

/* All zero at first: nothing is expected. Call expect_free() at the end. */
struct expect {
    struct jsonl frames;
    size_t met; /* how many have come */
    bool asked; /* a file was given, which may be empty */
};

/* Reads the frames, one JSON object per line; ends the process as jsonl_read() does. */
void expect_read(struct expect *e, const char *path);
/* A frame (its text) came: it may match the next one expected (tree_match()). */
void expect_take(struct expect *e, struct span frame);
/* The text of the first frame that has not come; {NULL, 0}: all have come. */
struct span expect_missing(const struct expect *e);
void expect_free(struct expect *e);

#endif
