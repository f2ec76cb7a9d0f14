/* SPDX-License-Identifier: MIT */
/* Time. */
#ifndef RELAY_BASE_CLOCK_H
#define RELAY_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Milliseconds of the monotonic clock: for deadlines. */
int64_t clock_ms(void);
/* Microseconds of the same clock: for measuring. */
int64_t clock_us(void);
/* Milliseconds since 1970: for stamps, and to notice a jump of the wall clock. */
int64_t clock_wall_ms(void);
/* Seconds since 1970. Not time(): that clock may be a tick behind this one, and so a second behind what others say. */
int64_t clock_wall_s(void);
/* Microseconds since 1970. */
int64_t clock_wall_us(void);
/* Appends the present moment in RFC 3339, UTC, with microseconds. */
void clock_stamp(struct buf *out);
/* Appends a moment given in microseconds since 1970, in the same form. */
void clock_format(struct buf *out, int64_t us);
/* Reads a moment in RFC 3339 into *us (microseconds since 1970); digits beyond microseconds are cut off.
 * False if the text is not such a moment. */
bool clock_parse(struct span text, int64_t *us);

#endif
