/* SPDX-License-Identifier: MIT */
/* The identities a gateway fronts, given on a command line or seen in hellos (protocol §2). No I/O. */
#ifndef RELAY_RELAY_IDENTITY_H
#define RELAY_RELAY_IDENTITY_H

#include "relay/frame.h"

enum {
    IDENTITIES_MAX = 256, /* learnt from hellos */
    IDENTITY_LONG = 1024, /* longest platform or botId learnt, in bytes of JSON text */
};

/* Platform and bot are JSON strings in one form: equal names have equal text. */
struct identity {
    char *platform;   /* trimmed, in lower case; "" (with its quotes): a hello that names none */
    char *bot;        /* NULL: not named yet; "" is a name too */
    struct buf hello; /* of one that was learnt: for callers that want to keep the line; otherwise empty */
};

/* In the order of their hellos; owns the strings. All zero is empty. */
struct identities {
    struct identity *v;
    size_t n;
};

/* Adds PLATFORM[:BOTID]. False if PLATFORM is empty. */
bool identity_parse(struct identities *all, const char *text);
/* Adds the platforms of a list separated by commas (GATEWAY_RELAY_PLATFORMS); empty ones are skipped. */
void identity_list(struct identities *all, const char *platforms);
/* Names every BOTID that is not named yet, from a JSON object {platform: {"botId": …}}
 * (GATEWAY_RELAY_BOT_IDS; blank: none) or else as "", and drops duplicates. Returns NULL, or what is wrong
 * with the object (static text). */
const char *identity_resolve(struct identities *all, struct span bots);
/* Appends the hello frame, without '\n'; manifest is the text of the command_manifest, or {NULL, 0}. */
void identity_hello(struct buf *out, const struct identity *id, struct span manifest);

/* Learns the identity of a hello. Returns it, new or not; NULL if it exceeds one of the limits above. */
struct identity *identity_learn(struct identities *all, const struct frame *hello);
/* The first identity of a platform (JSON text as identity_platform() makes it); NULL: no hello named it. */
const struct identity *identity_find(const struct identities *all, struct span platform);
/* The first non-empty botId, as JSON text, from a hello for the platform of that name (any JSON value): the
 * default of the session; {NULL, 0}: none. */
struct span identity_bot(const struct identities *all, struct span platform);
/* A platform's name (any JSON value) as JSON text in one form: v itself, or text made in *text; {NULL, 0}: v
 * names none. */
struct span identity_platform(struct buf *text, struct span v);
/* The platform that a follow_up's kind (any JSON value) names, which is the text before its first '.', as
 * JSON text in *text; {NULL, 0}: no hello named it. */
struct span identity_of_kind(const struct identities *all, struct buf *text, struct span kind);

void identities_free(struct identities *all);

#endif
