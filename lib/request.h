/* SPDX-License-Identifier: MIT */
/* Request ids (protocol §2, outbound). */
#ifndef RELAY_REQUEST_H
#define RELAY_REQUEST_H

#include "buf.h"

/* Appends a fresh requestId: 32 lowercase hex digits from the system's random source. Ends the process with
 * EX_OSERR where there is none. */
void request_id(struct buf *out);

#endif
