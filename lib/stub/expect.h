/* SPDX-License-Identifier: MIT */
/* What a stub's user expects the gateways to say: frames, in their order, whatever comes between them. */
#ifndef RELAY_STUB_EXPECT_H
#define RELAY_STUB_EXPECT_H

#include "stub/jsonl.h"

/* All zero at first: then nothing is expected. expect_free() at the end. */
struct expect {
    struct jsonl frames;
    size_t met;
    bool asked; /* a file was given, which may be empty */
};

/* Reads the frames, one JSON object a line; ends the process as jsonl_read() does. */
void expect_read(struct expect *e, const char *path);
/* A frame came (its text): it may meet the next one expected (tree_match()). */
void expect_take(struct expect *e, struct span frame);
/* The text of the first frame that has not come; {NULL, 0}: all have. */
struct span expect_missing(const struct expect *e);
void expect_free(struct expect *e);

#endif
