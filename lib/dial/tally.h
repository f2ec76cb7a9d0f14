/* SPDX-License-Identifier: MIT */
/* What a run has counted. */
#ifndef RELAY_DIAL_TALLY_H
#define RELAY_DIAL_TALLY_H

#include "dial/latency.h"
#include "relay/frame.h"

enum { TALLY_TYPES = FRAME_ACTION };

enum tally_result {
    TALLY_OK,
    TALLY_REFUSED,   /* by the connector */
    TALLY_SYNTHETIC, /* made here: no answer came, or the outbound was not sent */
    TALLY_RESULTS
};

/* All zero at the start. Frames are counted by type: up when they are taken to be sent, down when they come.
 */
struct tally {
    uint64_t up[TALLY_TYPES], down[TALLY_TYPES];
    uint64_t dials, opens; /* attempts, and those that opened a link */
    uint64_t results[TALLY_RESULTS];
    struct latency latency; /* from an outbound that was taken to the connector's result */
};

/* How often the link was opened again. */
uint64_t tally_reconnects(const struct tally *t);
/* "ok", "refused", "synthetic". */
const char *tally_result_name(enum tally_result r);

#endif
