/* SPDX-License-Identifier: MIT */
/* Time. */
#ifndef RELAY_CLOCK_H
#define RELAY_CLOCK_H

#include <stdint.h>

struct buf;

/* Milliseconds of the monotonic clock: for deadlines. */
int64_t clock_ms(void);
/* Milliseconds since 1970: for stamps, and to notice a jump of the wall clock. */
int64_t clock_wall_ms(void);
/* Appends the present moment in RFC 3339, UTC, with microseconds. */
void clock_stamp(struct buf *out);

#endif
