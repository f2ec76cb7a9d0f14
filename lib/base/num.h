/* SPDX-License-Identifier: MIT */
/* Numbers as users write them. Strict: the whole text, no sign except a leading '-', no blanks, no overflow.
 * Each returns false, leaving *out alone, if the text is not such a number or lies outside the bounds. */
#ifndef RELAY_BASE_NUM_H
#define RELAY_BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

/* A decimal integer from min to max. */
bool number_parse(const char *s, int64_t min, int64_t max, int64_t *out);
/* A duration: seconds with decimals, or with a unit ms, s, m or h. *out in milliseconds, 0 to 365 days. */
bool duration_parse(const char *s, int64_t *ms);
/* A size in bytes, with an optional K, M or G (powers of 1024); from min to max. */
bool size_parse(const char *s, int64_t min, int64_t max, int64_t *out);

#endif
