/* SPDX-License-Identifier: MIT */
/* Request ids (protocol §2, outbound). */
#ifndef RELAY_BASE_RANDOM_H
#define RELAY_BASE_RANDOM_H

#include "base/buf.h"

/* Appends a fresh requestId: 32 lowercase hex digits from the system's random source. Ends the process with
 * EX_OSERR where there is none. */
void request_id(struct buf *out);

#endif
