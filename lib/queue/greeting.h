/* SPDX-License-Identifier: MIT */
/* The line with which a NATS server greets each client, before any TLS: INFO {"version":"2.10.27",…}. libnats
 * does not tell the version. Nothing here ends the process, and all is bounded: the peer may be anybody. */
#ifndef RELAY_QUEUE_GREETING_H
#define RELAY_QUEUE_GREETING_H

#include "base/buf.h"

enum { GREETING_MAX = 16 * 1024 }; /* bytes of the line that are read */

/* Copies the version out of a line: digits, letters, '.', '-', '+' and '_', at most 63. False: there is none.
 * Pure. */
bool greeting_read(char *version, size_t room, struct span line);
/* Connects to the host of the URL, reads its greeting, and closes; waits for `ms` at most, besides the time
 * for finding the host. `version` is "" if that fails. */
void greeting_version(char *version, size_t room, const char *url, int ms);
/* Whether a version is at least that; true if it cannot be read. Pure. */
bool greeting_at_least(const char *version, int major, int minor, int patch);

#endif
