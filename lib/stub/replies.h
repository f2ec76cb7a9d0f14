/* SPDX-License-Identifier: MIT */
/* What a stub answers: to a hello a descriptor (protocol §5), a built-in one or that of a file; to an
 * outbound a result (protocol §4), by the rules of a file, else as if all went well. What a file says is sent
 * byte for byte. */
#ifndef RELAY_STUB_REPLIES_H
#define RELAY_STUB_REPLIES_H

#include <stdint.h>

#include "relay/frame.h"
#include "stub/jsonl.h"

/* All zero at first; replies_free() at the end. */
struct replies {
    struct jsonl descriptors, rules;
    uint64_t serial; /* numbers the messages and threads made */
};

/* Reads a file of descriptor objects, or of frames that hold one; of several for a platform the last one
 * counts. Ends the process: as jsonl_read(), and with EX_DATAERR at one that names no platform. */
void replies_read_descriptors(struct replies *r, const char *path);
/* Reads a file of rules: objects with a `result` and members that the action must have (tree_match()); the
 * first that matches counts. Ends the process: as jsonl_read(), and with EX_DATAERR at one without a result.
 */
void replies_read_rules(struct replies *r, const char *path);

/* The descriptor for a platform (plain text): appended to *out if it is a built-in one. */
struct span replies_descriptor(struct buf *out, const struct replies *r, struct span platform);
/* The result that the rules have for an action (an object's text); {NULL, 0}: none of them matches. */
struct span replies_ruled(const struct replies *r, struct span action);
/* Appends the result of an action that goes well; offered: so does one whose op this contract does not know.
 */
void replies_success(struct buf *out, struct replies *r, struct span action, bool offered);
void replies_free(struct replies *r);

#endif
