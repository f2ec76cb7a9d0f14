/* SPDX-License-Identifier: MIT */
/* The bots of a gateway: the botId of each platform that was hello'd (protocol §2). No I/O. */
#ifndef RELAY_RELAY_BOTS_H
#define RELAY_RELAY_BOTS_H

#include "relay/frame.h"

enum {
    BOTS_MAX = 256,     /* platforms remembered */
    BOTS_ID_MAX = 1024, /* longest platform or botId remembered, in bytes of JSON text */
};

/* All zero is empty; bots_free() at the end. */
struct bots {
    struct bot {
        char *platform;
        char *id; /* JSON text; NULL: hello'd without one */
    } v[BOTS_MAX];
    size_t n;
};

/* Learns from a hello. Of several bots of one platform the first one stays: it is the default of the session.
 * False where the hello is over one of the maxima. */
bool bots_learn(struct bots *b, const struct frame *hello);
/* Whether a platform, plain text in lower case, was hello'd. */
bool bots_know(const struct bots *b, struct span platform);
/* The botId, as JSON text, that was hello'd for the platform of that name (JSON text); {NULL, 0}: none. */
struct span bots_id(const struct bots *b, struct span platform);
void bots_free(struct bots *b);

#endif
