/* SPDX-License-Identifier: MIT */
/* When to dial again (protocol §1, reconnect) and when never to (4401). Pure: moments and chance are
 * parameters. */
#ifndef RELAY_DIAL_RECONNECT_H
#define RELAY_DIAL_RECONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    BACKOFF_STABLE_MS = 60000
}; /* a link that is up this long after its first descriptor resets the count */

/* The delay in ms before re-dial n (1, 2, …): min(1 s·2ⁿ⁻¹, 30 s), jittered uniformly in [d/2, d]. */
int64_t backoff_delay(unsigned n, uint32_t chance);

/* What is known about the credential. All zero at the start. */
struct auth {
    bool descriptor;  /* a descriptor came, on any connection of this process */
    bool provisional; /* refused once after a descriptor */
};

enum auth_verdict {
    AUTH_ORDINARY, /* a failure like any other: back off */
    AUTH_AGAIN,    /* provisional: dial at once, with a fresh token */
    AUTH_REVOKED,  /* terminal */
};

/* A connection or dial ended. had_descriptor: a descriptor came on this very connection. code and reason are
 * those of the close frame; code 1006 if there was none. */
enum auth_verdict auth_ended(struct auth *a, bool had_descriptor, int code, struct span reason);

#endif
