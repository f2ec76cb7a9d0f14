/* SPDX-License-Identifier: MIT */
/* Bearer tokens of the upgrade (protocol §1): unpadded base64url of "<id>:<exp>:<sig>". Needs libcrypto. */
#ifndef RELAY_RELAY_TOKEN_H
#define RELAY_RELAY_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { TOKEN_TTL = 300 }; /* seconds a token lasts unless told otherwise */

/* Appends a token for the id, signed with the secret (any bytes). expires: Unix seconds; 0: never. */
void token_mint(struct buf *out, const char *id, struct span secret, int64_t expires);

/* Verifies a token against a list of secrets at the moment `now` (Unix seconds), comparing in constant time.
 * NULL when one of them signed it and it has not expired; otherwise the reason, static text ("malformed",
 * "unknown id or wrong secret", "expired"). The id is appended to *id in either case, if the token has one.
 */
const char *token_verify(struct buf *id, struct span token, const struct span *secrets, size_t n,
                         int64_t now);

/* Reads a token without verifying it: appends its id, and sets the moment it expires (Unix seconds; 0:
 * never). False if it is malformed. */
bool token_read(struct buf *id, int64_t *expires, struct span token);

#endif
