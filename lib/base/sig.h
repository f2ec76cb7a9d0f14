/* SPDX-License-Identifier: MIT */
/* Signals as something a loop can wait for, and the one way to die of one. */
#ifndef RELAY_BASE_SIG_H
#define RELAY_BASE_SIG_H

#include <stdbool.h>

/* Takes over the signals, a list that ends with 0, and unblocks them: a parent may have left them blocked.
 * Returns the descriptor that becomes readable when one arrives; the same one at every call. Ends the process
 * with EX_OSERR if the system refuses. */
int sig_open(const int *signals);
/* The same, but leaves alone those of the list that were ignored when the process started, as under nohup(1).
 */
int sig_open_unignored(const int *signals);
/* For a stage of a ring, which is recognised by RELAY_DIAL_PID in the environment: from now on TERM, INT and
 * HUP are left to that relay-dial as long as it lives, because it drains the ring and closes the stage's
 * input in the end. So a signal to all processes of a service loses nothing. Signals taken over by sig_open()
 * still count if relay-dial itself sends them. False: this is not a stage of a ring. */
bool sig_ring(void);
/* The next signal that has arrived, or 0. */
int sig_next(void);

/* Restores the default action of every signal, and empties the signal mask. */
void sig_reset(void);

/* Ignores SIGPIPE from now on: for a process that must survive the loss of a reader. */
void sig_ignore_pipe(void);
/* Dies like a process whose reader went away: of SIGPIPE, or with EX_IOERR if that was ignored at the start.
 */
_Noreturn void sig_pipe(void);
/* Dies of the signal, or exits with 128 + number if the system does not allow that (process 1). */
_Noreturn void sig_die(int number);

#endif
