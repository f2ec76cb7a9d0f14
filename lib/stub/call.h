/* SPDX-License-Identifier: MIT */
/* One HTTP GET at a time, without a payload, for the caller's loop; by libcurl, so that looking up the host
 * does not block and each of its addresses is tried. */
#ifndef RELAY_STUB_CALL_H
#define RELAY_STUB_CALL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/poll.h"

struct call;

/* What is wrong with an http:// or https:// URL (static text); NULL: nothing. */
const char *call_wrong(const char *url);
/* A call of that URL (http or https), to be freed with call_free(). Ends the process with EX_OSERR if libcurl
 * cannot be set up. */
struct call *call_new(const char *url, long timeout_ms);
/* Begins a call. False: one is already under way. */
bool call_start(struct call *c);
void call_prepare(struct call *c, struct pollset *ps);
/* True when it has ended: the HTTP status, or what went wrong, is appended to *outcome. */
bool call_ready(struct call *c, struct buf *outcome);
void call_free(struct call *c);

#endif
