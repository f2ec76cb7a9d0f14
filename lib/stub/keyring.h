/* SPDX-License-Identifier: MIT */
/* The secrets that a connector knows, a list for each gateway id (protocol §1). Needs libcrypto. */
#ifndef RELAY_STUB_KEYRING_H
#define RELAY_STUB_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct keyring {
    struct key {
        char *id;
        struct buf secret;
    } * v;
    size_t n;
};

/* Adds ID=FILE; false if it does not have that form. Ends the process if the file cannot be used
 * (secret_read()). */
bool keyring_add(struct keyring *k, const char *text);
/* NULL when the token of an upgrade ({NULL, 0}: none) is good at the moment `now` (Unix seconds) or there are
 * no secrets at all; otherwise the reason, static text: that of token_verify(), or "no token". */
const char *keyring_verify(const struct keyring *k, struct span token, int64_t now);
void keyring_free(struct keyring *k);

#endif
