/* SPDX-License-Identifier: MIT */
/* Moments as users write them. */
#ifndef RELAY_BASE_MOMENT_H
#define RELAY_BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a moment into *us, microseconds since 1970: RFC 3339; a local date, with or without the time of day
 * (2026-11-28, 2026-11-28T14:05, 2026-11-28 14:05:30); a local time of the day of `now` (14:05, 14:05:30); or
 * a duration (90s, 10m, 2h), which is that long before `now`. False if the text is none of these. */
bool moment_parse(const char *text, int64_t now, int64_t *us);

#endif
