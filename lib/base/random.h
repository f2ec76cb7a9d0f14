/* SPDX-License-Identifier: MIT */
/* Unpredictable bytes from the system's random source. Ends the process with EX_OSERR if there is none. */
#ifndef RELAY_BASE_RANDOM_H
#define RELAY_BASE_RANDOM_H

#include <stdint.h>

#include "base/buf.h"

enum { RANDOM_MOST = 256 }; /* bytes per call */

/* Fills n bytes, at most RANDOM_MOST. */
void random_bytes(void *to, size_t n);
uint32_t random_word(void);
/* Appends n random bytes as 2n lowercase hex digits. */
void random_hex(struct buf *out, size_t n);

#endif
