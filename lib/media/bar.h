/* SPDX-License-Identifier: MIT */
/* A progress bar on stderr, if that is a terminal. */
#ifndef RELAY_MEDIA_BAR_H
#define RELAY_MEDIA_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* From now on the bar is that of the file with this name (untrusted), unless stderr is no terminal or quiet
 * is set. */
void bar_start(struct span name, bool quiet);
/* Shows how many bytes are done, of all (0: not known); at most ten times a second. */
void bar_show(int64_t done, int64_t all);
/* Takes the bar off the terminal. */
void bar_end(void);

/* Appends the line of the bar; pure. */
void bar_line(struct buf *out, struct span name, int64_t done, int64_t all);

#endif
