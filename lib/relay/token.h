/* SPDX-License-Identifier: MIT */
/* Bearer tokens of the upgrade (protocol §1): base64url, unpadded, of "<id>:<exp>:<sig>". Needs libcrypto. */
#ifndef RELAY_RELAY_TOKEN_H
#define RELAY_RELAY_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { TOKEN_TTL = 300 }; /* seconds a token lasts unless told otherwise */

/* Appends a token for the id, signed with the secret (any bytes). expires: unix seconds, 0: never. */
void token_mint(struct buf *out, const char *id, struct span secret, int64_t expires);

/* Verifies a token against a list of secrets at the moment `now` (unix seconds), comparing in constant time.
 * NULL when one of them signed it and it has not expired, and the id is appended to *id; otherwise the reason
 * ("malformed", "unknown id or wrong secret", "expired"), and *id is set if the token had one. */
const char *token_verify(struct buf *id, struct span token, const struct span *secrets, size_t n,
                         int64_t now);

/* What a token says of itself, verified or not: appends its id, and sets the moment it expires. False if it
 * is malformed. */
bool token_read(struct buf *id, int64_t *expires, struct span token);

#endif
