/* SPDX-License-Identifier: MIT */
/* Diagnostics: one line per event on stderr, "tool: verb object: reason".
 *
 * Every message is escaped as a whole before it is written, so a peer's text may be put into one unchanged.
 * A diagnostic never kills the process: one that cannot be written is dropped, and a reader that has gone
 * away does not cause SIGPIPE. A format that ends in ':' gets the text of errno appended. The exit statuses
 * are those of <sysexits.h>, as relay(7) lists them; exit_meaning() is the one table of their meanings. */
#ifndef RELAY_BASE_DIAG_H
#define RELAY_BASE_DIAG_H

#include <sysexits.h>

enum { EX_NO = 1 }; /* a valid "no": decode -e, token --verify */

/* Takes the tool's name from argv[0], and opens /dev/null on those of the descriptors 0 to 2 that are closed.
 */
void diag_init(const char *argv0);
const char *diag_name(void);
void diag_quieter(void);
void diag_louder(void);

/* Something was lost, was refused or failed: printed even with --quiet. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Something the user should know: not printed with --quiet. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Progress: printed when --verbose was given at least `level` (1, 2, …) times. */
void info(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Prints the message and exits with `status`. */
_Noreturn void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* From now on, never waits for the reader of stderr: a line that it does not take is dropped, and the number
 * of dropped lines is reported when it takes one again, or at the end. For tools that others depend on. */
void diag_no_wait(void);

/* Raises *status to `another` if that is graver, so that the process ends with the gravest status of all that
 * went wrong: 77 75 74 71 70 76 69 66 65 78 64, then a COMMAND's, 1, 0. */
void exit_raise(int *status, int another);
/* The meaning of an exit status in a few words, and in one or two; NULL for one that is not in the table. */
const char *exit_word(int status);
const char *exit_meaning(int status);

#endif
