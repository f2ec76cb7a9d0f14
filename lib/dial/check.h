/* SPDX-License-Identifier: MIT */
/* A look at a connector: each step of a dial, in one line each. */
#ifndef RELAY_DIAL_CHECK_H
#define RELAY_DIAL_CHECK_H

#include "dial/dial.h"

enum check_format { CHECK_TEXT, CHECK_NAGIOS };

/* Dials once, pings, with `hello` (PLATFORM[:BOTID]; or NULL) also asks for a descriptor, and closes. Without
 * a hello no connector delivers messages. Prints "ok" or "no", the step and what was seen, a line each; or
 * one line for a monitor. Returns the exit status: of the step that failed, EX_NO if the link works but a
 * clock or a certificate will be trouble; in CHECK_NAGIOS that of a monitoring plugin, 0 to 2. */
int check_run(const struct dial_options *o, const char *hello, enum check_format format);

#endif
