/* SPDX-License-Identifier: MIT */
/* Signals as something a loop can wait for: a handler writes each one into a pipe. */
#ifndef RELAY_BASE_SIG_H
#define RELAY_BASE_SIG_H

/* Takes over the signals, a list ended by 0. Returns the descriptor that becomes readable; the same one at
 * every call. Ends the process with EX_OSERR where the system refuses. */
int sig_open(const int *signals);
/* The next signal that came, or 0. */
int sig_next(void);
/* Gives every signal back its default and an empty mask: in a child, before exec. */
void sig_reset(void);
/* Dies as a process whose reader went away does: of SIGPIPE, or with EX_IOERR where that is ignored. */
_Noreturn void sig_pipe(void);

#endif
