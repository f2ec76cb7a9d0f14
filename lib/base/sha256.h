/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for names made from untrusted text. Pure. */
#ifndef RELAY_BASE_SHA256_H
#define RELAY_BASE_SHA256_H

#include "base/buf.h"

enum { SHA256_SIZE = 32 }; /* bytes of a digest */

/* The digest of the bytes. */
void sha256(unsigned char digest[SHA256_SIZE], struct span bytes);
/* Appends it as 64 lowercase hex digits. */
void sha256_hex(struct buf *out, struct span bytes);

#endif
