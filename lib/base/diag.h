/* SPDX-License-Identifier: MIT */
/* Diagnostics: one line an event on stderr, "tool: verb object: reason".
 *
 * Every message is escaped as a whole before it is written, so text of a peer may be put into one as it is.
 * A format that ends in ':' gets the text of errno appended. The exit statuses are those of <sysexits.h>, as
 * relay(7) lists them; exit_meaning() is the one table of their meanings. */
#ifndef RELAY_BASE_DIAG_H
#define RELAY_BASE_DIAG_H

#include <sysexits.h>

enum { EX_NO = 1 }; /* a valid "no": decode -e, token --verify */

/* Takes the tool's name from argv[0] and opens /dev/null on each of the descriptors 0 to 2 that is closed. */
void diag_init(const char *argv0);
const char *diag_name(void);
void diag_quieter(void);
void diag_louder(void);

/* Something was lost, refused or failed: printed even with --quiet. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Something the user should know: not with --quiet. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Progress, from the level (1, 2, …) that as many --verbose ask for. */
void info(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints the message and exits with `status`. */
_Noreturn void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The meaning of an exit status in a few words; NULL for one that is not in the table. */
const char *exit_meaning(int status);

#endif
