/* SPDX-License-Identifier: MIT */
/* What a stub answers to an outbound (protocol §4): by the rules of a file, else as if all went well. */
#ifndef RELAY_STUB_RESULT_H
#define RELAY_STUB_RESULT_H

#include <stdint.h>

#include "relay/frame.h"
#include "stub/jsonl.h"

/* Appends the outbound_result frame, without '\n', for an outbound. rules: objects with a `result` and
 * members that the action must have (json_match()); the first that matches counts. *serial numbers the
 * messages and threads made. */
void result_frame(struct buf *out, const struct jsonl *rules, const struct frame *outbound, uint64_t *serial);

#endif
