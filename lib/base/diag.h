/* SPDX-License-Identifier: MIT */
/* Diagnostics: one line an event on stderr, "tool: verb object: reason".
 *
 * Every message is escaped as a whole before it is written, so text of a peer may be put into one as it is.
 * A diagnostic never kills: one that cannot be written is dropped, and a reader that has gone away raises no
 * SIGPIPE. A format that ends in ':' gets the text of errno appended. The exit statuses are those of
 * <sysexits.h>, as relay(7) lists them; exit_meaning() is the one table of their meanings. */
#ifndef RELAY_BASE_DIAG_H
#define RELAY_BASE_DIAG_H

#include <sysexits.h>

enum { EX_NO = 1 }; /* a valid "no": decode -e, token --verify */

/* Takes the tool's name from argv[0], and opens /dev/null on each of the descriptors 0 to 2 that is closed.
 */
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

/* Never waits for the reader of stderr from now on: a line that it does not take is dropped, and how many
 * were is said when it takes one again, or at the end. For what others depend on. */
void diag_no_wait(void);

/* Raises *status to `another` if that is the graver one, so that the gravest of all that went wrong is what
 * the process ends with: 77 75 74 71 70 76 69 66 65 78 64, a COMMAND's own, 1, 0. */
void exit_raise(int *status, int another);
/* The meaning of an exit status in a few words; NULL for one that is not in the table. */
const char *exit_meaning(int status);

#endif
