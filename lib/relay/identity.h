/* SPDX-License-Identifier: MIT */
/* The identities a gateway fronts, each with its hello (protocol §2). */
#ifndef RELAY_RELAY_IDENTITY_H
#define RELAY_RELAY_IDENTITY_H

#include <stdbool.h>

#include "base/buf.h"

struct identity {
    char *platform; /* trimmed, in lower case */
    char *bot_id;   /* NULL: not named yet; "" is a name, too */
};

/* In the order of their hellos; owns the strings. All zero is empty. */
struct identities {
    struct identity *v;
    size_t n;
};

/* Adds PLATFORM[:BOTID]. False where PLATFORM is empty. */
bool identity_parse(struct identities *all, const char *text);
/* Adds the platforms of a list separated by commas (GATEWAY_RELAY_PLATFORMS); empty ones are skipped. */
void identity_list(struct identities *all, const char *platforms);
/* Names every BOTID that is not named yet by a JSON object {platform: {"botId": …}} (GATEWAY_RELAY_BOT_IDS;
 * blank: there is none), or as "", and drops what stands twice. Returns NULL, or what is wrong with the
 * object (static text). */
const char *identity_resolve(struct identities *all, struct span bots);
/* Appends the hello frame, without '\n'; manifest is the text of the command_manifest, or {NULL, 0}. */
void identity_hello(struct buf *out, const struct identity *id, struct span manifest);
void identities_free(struct identities *all);

#endif
