/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648), strict: only characters of the alphabet are accepted. */
#ifndef RELAY_BASE_BASE64_H
#define RELAY_BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

/* The standard alphabet, padded (§4). Decoding appends the bytes that the text encodes; false, with *out
 * unchanged, if the text is not valid. */
void base64_encode(struct buf *out, struct span bytes);
bool base64_decode(struct buf *out, struct span text);

/* base64url without padding (§5). Decoding appends, and fails, as above; unused trailing bits must be zero.
 */
void base64url_encode(struct buf *out, struct span bytes);
bool base64url_decode(struct buf *out, struct span text);

#endif
