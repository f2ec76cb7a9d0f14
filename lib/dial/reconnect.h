/* SPDX-License-Identifier: MIT */
/* When to dial again (protocol §1, reconnect) and when never (4401). Pure: moments and chance are given. */
#ifndef RELAY_DIAL_RECONNECT_H
#define RELAY_DIAL_RECONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { BACKOFF_STABLE_MS = 60000 }; /* up so long past its first descriptor, a link resets the count */

/* The delay in ms before re-dial n (1, 2, …): min(1 s·2ⁿ⁻¹, 30 s), jittered uniformly in [d/2, d]. */
int64_t backoff_delay(unsigned n, uint32_t chance);

/* What is known of the credential. All zero at start. */
struct auth {
    bool descriptor;  /* one came, on any connection of this process */
    bool provisional; /* refused once after a descriptor */
};

enum auth_verdict {
    AUTH_ORDINARY, /* a failure like any other: back off */
    AUTH_AGAIN,    /* provisional: dial at once, with a fresh token */
    AUTH_REVOKED,  /* terminal */
};

/* A connection or dial ended. had_descriptor: a descriptor came on this very connection; code and reason are
 * those of the close, code 1006 when there was none. */
enum auth_verdict auth_ended(struct auth *a, bool had_descriptor, int code, struct span reason);

#endif
