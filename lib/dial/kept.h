/* SPDX-License-Identifier: MIT */
/* A file that is kept up to date for observers: replaced by rename(2) when its content has changed, at most
 * once a second, so that a reader always sees a whole one. */
#ifndef RELAY_DIAL_KEPT_H
#define RELAY_DIAL_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/poll.h"

/* All zero except option and path; path NULL: there is no file. */
struct kept {
    const char *option, *path; /* the option's name and value */
    struct buf last;           /* what was written last, without its head */
    int64_t next;              /* do not write before this moment of clock_ms() */
    bool stale, failed;
};

/* Ends the process with EX_CONFIG if something that is not a regular file has that name. */
void kept_check(const struct kept *k);
/* Makes the loop wake up when the file is to be written. */
void kept_prepare(const struct kept *k, struct pollset *ps);
/* Whether to call kept_write() at the end of this turn. */
bool kept_due(struct kept *k);
/* Writes head and text, if the text has changed. False, once, when that failed, which is reported; it is
 * tried again. */
bool kept_write(struct kept *k, struct span head, struct span text);
void kept_free(struct kept *k);

#endif
