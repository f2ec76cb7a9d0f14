/* SPDX-License-Identifier: MIT */
/* What a stub answers: to a hello a descriptor (protocol §5), a built-in one or that of a file; to an
 * outbound a result (protocol §4), by the rules of a file, else as if all went well. */
#ifndef RELAY_STUB_REPLIES_H
#define RELAY_STUB_REPLIES_H

#include <stdint.h>

#include "relay/frame.h"
#include "stub/jsonl.h"

/* The number of the first object, from 1, that is no descriptor since it names no platform; 0: all are. */
size_t catalog_check(const struct jsonl *own);

/* Appends the descriptor frame, without '\n', for a platform (plain text). own: descriptor objects, or frames
 * that hold one; of several for a platform the last one counts. */
void catalog_descriptor(struct buf *out, const struct jsonl *own, struct span platform);

/* Appends the outbound_result frame, without '\n', for an outbound. rules: objects with a `result` and
 * members that the action must have (json_match()); the first that matches counts. *serial numbers the
 * messages and threads made. */
void result_frame(struct buf *out, const struct jsonl *rules, const struct frame *outbound, uint64_t *serial);

#endif
