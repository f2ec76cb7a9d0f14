/* SPDX-License-Identifier: MIT */
/* What a stub answers: a hello, with a descriptor (protocol §5), built-in or from a file; an outbound, with a
 * result (protocol §4), by the rules in a file or else as if all went well. Answers from a file are sent byte
 * for byte. */
#ifndef RELAY_STUB_REPLIES_H
#define RELAY_STUB_REPLIES_H

#include <stdint.h>

#include "relay/frame.h"
#include "stub/jsonl.h"

/* All zero at first; replies_free() at the end. */
struct replies {
    struct jsonl descriptors, rules;
    uint64_t serial; /* number of the last message or thread made */
};

/* Reads a file of descriptor objects, or of frames that contain one; of several for one platform, the last
 * one counts. Ends the process as jsonl_read() does, and with EX_DATAERR at one that does not name a
 * platform. */
void replies_read_descriptors(struct replies *r, const char *path);
/* Reads a file of rules: objects with a `result` and members that the action must have (tree_match()); the
 * first rule that matches counts. Ends the process as jsonl_read() does, and with EX_DATAERR at a rule
 * without a result. */
void replies_read_rules(struct replies *r, const char *path);

/* The descriptor for a platform (plain text); if it is a built-in one, it is made in *out. */
struct span replies_descriptor(struct buf *out, const struct replies *r, struct span platform);
/* The result that the rules give for an action (an object's text); {NULL, 0}: no rule matches. */
struct span replies_ruled(const struct replies *r, struct span action);
/* Appends the result of a successful action. offered: an op that this contract does not know succeeds too. */
void replies_success(struct buf *out, struct replies *r, struct span action, bool offered);
void replies_free(struct replies *r);

#endif
