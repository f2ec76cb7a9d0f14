/* SPDX-License-Identifier: MIT */
/* Base64 (RFC 4648), strict: nothing but the characters of the alphabet. */
#ifndef RELAY_BASE_BASE64_H
#define RELAY_BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the bytes that the text stands for: standard and padded (§4). False, with *out as before, if it is
 * not that. */
bool base64_decode(struct buf *out, struct span text);

/* base64url without padding (§5); bits that stand for nothing must not be set. */
void base64url_encode(struct buf *out, struct span bytes);
bool base64url_decode(struct buf *out, struct span text);

#endif
