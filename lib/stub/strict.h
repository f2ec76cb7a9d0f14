/* SPDX-License-Identifier: MIT */
/* What a connector refuses, as real ones do: an action that its platform or its tenant would not accept. */
#ifndef RELAY_STUB_STRICT_H
#define RELAY_STUB_STRICT_H

#include "relay/descriptor.h"
#include "relay/identity.h"
#include "relay/scope.h"

/* All zero at first; strict_free() at the end. */
struct strict {
    struct scope *scopes; /* of the chats in deliveries; NULL: none so far */
};

/* Learns from a delivery which tenant its chat belongs to. */
void strict_learn(struct strict *s, const struct frame *delivery);
/* Whether the outbound, whose action is an object, is refused: for a platform without a hello on its
 * connection, an op that the platform's descriptor does not name, content that is empty or over the limit, or
 * a missing scope that its chat is known to have. Then the reason, plain text, is appended to *why. */
bool strict_refuses(const struct strict *s, struct buf *why, const struct frame *outbound,
                    const struct identities *hellos, const struct platforms *platforms);
/* Whether the descriptor of the outbound's platform names its op. */
bool strict_offers(const struct platforms *platforms, const struct frame *outbound);
void strict_free(struct strict *s);

#endif
