/* SPDX-License-Identifier: MIT */
/* Discord interactions: an inbound frame from a passthrough_forward frame (protocol §7). */
#ifndef RELAY_DECODE_INTERACTION_H
#define RELAY_DECODE_INTERACTION_H

#include "decode/interaction_text.h"
#include "relay/frame.h"

/* Working space: all zero at first, interaction_free() at the end. */
struct interaction {
    struct interaction_data data;
    struct buf platform, base64, body, event;
};

extern const char interaction_foreign[], interaction_autocomplete[];

/* Appends the inbound frame, not normalised yet, that a passthrough_forward frame carries, and returns NULL;
 * or returns the reason why it is not a message, static text. Two of the reasons mean that all is in order
 * and nothing is lost: interaction_foreign (a platform without interactions) and interaction_autocomplete (a
 * request for suggestions while someone types). */
const char *interaction_decode(struct interaction *w, struct buf *out, const struct frame *f,
                               enum interaction_contract contract);
void interaction_free(struct interaction *w);

#endif
