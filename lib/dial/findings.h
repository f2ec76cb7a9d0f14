/* SPDX-License-Identifier: MIT */
/* What a check has found: a line per step, or one line for a monitor (the format of Nagios' plugins). */
#ifndef RELAY_DIAL_FINDINGS_H
#define RELAY_DIAL_FINDINGS_H

#include <stdbool.h>

#include "base/buf.h"

/* Set by findings_open(), freed by findings_close(). */
struct findings {
    bool monitor;
    int status; /* the gravest so far */
    struct buf good, bad, numbers;
};

void findings_open(struct findings *f, bool monitor);
/* One step: status EX_OK, or why not; text may be a peer's. */
void finding(struct findings *f, int status, const char *step, const char *text);
/* A number for a monitor. */
void finding_number(struct findings *f, const char *name, double value, const char *unit);
/* Ends the output. Returns the exit status: the gravest one; for a monitor 0 (ok), 1 (warning: nothing graver
 * than EX_NO) or 2 (critical). */
int findings_close(struct findings *f);

#endif
