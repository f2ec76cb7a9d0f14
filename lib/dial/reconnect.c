/* SPDX-License-Identifier: MIT */
/* When to dial again. */
#include "dial/reconnect.h"
#include "relay/ws.h"

int64_t backoff_delay(unsigned n, uint32_t chance)
{
    int64_t d = n > 5 ? 30000 : INT64_C(1000) << (n ? n - 1 : 0);
    return d / 2 + (int64_t)(chance % (uint32_t)(d / 2 + 1));
}

enum auth_verdict auth_ended(struct auth *a, bool had_descriptor, int code, struct span reason)
{
    a->descriptor |= had_descriptor;
    if (code != WS_AUTH_REFUSED) {
        /* A dial that ended before the credential was judged leaves the mark for the next one. */
        if (had_descriptor)
            a->provisional = false;
        return AUTH_ORDINARY;
    }
    if (!a->descriptor)
        return AUTH_ORDINARY;
    if (span_eq(reason, "expired")) {
        a->provisional = false;
        return AUTH_ORDINARY;
    }
    if (a->provisional)
        return AUTH_REVOKED;
    a->provisional = true;
    return AUTH_AGAIN;
}
