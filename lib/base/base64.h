/* SPDX-License-Identifier: MIT */
/* Standard base64 (RFC 4648 §4), strict: padded, nothing but its alphabet. */
#ifndef RELAY_BASE_BASE64_H
#define RELAY_BASE_BASE64_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the bytes that the text stands for. False, with *out as before, where it is no base64. */
bool base64_decode(struct buf *out, struct span text);

#endif
