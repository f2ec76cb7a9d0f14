/* SPDX-License-Identifier: MIT */
/* Signals as something a loop can wait for, and the one way to die of one. */
#ifndef RELAY_BASE_SIG_H
#define RELAY_BASE_SIG_H

#include <stdbool.h>

/* Takes over the signals, a list ended by 0, and unblocks them: a parent may have left them blocked. Returns
 * the descriptor that becomes readable when one comes; the same one at every call. Ends the process with
 * EX_OSERR if the system refuses. */
int sig_open(const int *signals);
/* The same for those of the list that were not ignored when the process started, as nohup(1) does. */
int sig_open_unignored(const int *signals);
/* For a stage of a ring, which RELAY_DIAL_PID in the environment says it is: from now on TERM, INT and HUP
 * are left to that relay-dial as long as it lives, as it drains the ring and closes the stage's input in the
 * end. So a signal to all processes of a service loses nothing. Those taken over by sig_open() still count if
 * relay-dial itself sends them. False: this is not a stage of a ring. */
bool sig_ring(void);
/* The next signal that came, or 0. */
int sig_next(void);

/* Gives every signal back its default and an empty mask. */
void sig_reset(void);

/* Ignores SIGPIPE from now on: for a process that survives the loss of a reader. */
void sig_ignore_pipe(void);
/* Dies as a process whose reader went away does: of SIGPIPE, or with EX_IOERR if that was ignored at the
 * start. */
_Noreturn void sig_pipe(void);
/* Dies of the signal; with the status 128 + number if the system does not let it (process 1). */
_Noreturn void sig_die(int number);

#endif
