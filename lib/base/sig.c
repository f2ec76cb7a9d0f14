/* SPDX-License-Identifier: MIT */
/* Signals through a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/sig.h"

static int ends[2] = {-1, -1};

static void note(int number)
{
    int error = errno;
    unsigned char c = (unsigned char)number;
    /* A full pipe holds thousands of signals already: one more says nothing new. */
    (void)!write(ends[1], &c, 1);
    errno = error;
}

int sig_open(const int *signals)
{
    if (ends[0] < 0) {
        if (pipe(ends))
            die(EX_OSERR, "create signal pipe:");
        for (int i = 0; i < 2; i++) {
            fcntl(ends[i], F_SETFD, FD_CLOEXEC);
            fcntl(ends[i], F_SETFL, O_NONBLOCK);
        }
    }
    for (; *signals; signals++) {
        struct sigaction sa = {.sa_handler = note, .sa_flags = SA_RESTART};
        sigemptyset(&sa.sa_mask);
        if (sigaction(*signals, &sa, NULL))
            die(EX_OSERR, "catch signal %d:", *signals);
    }
    return ends[0];
}

int sig_next(void)
{
    unsigned char c;
    return ends[0] >= 0 && read(ends[0], &c, 1) == 1 ? c : 0;
}

void sig_reset(void)
{
    static const int all[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t none;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        signal(all[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void sig_pipe(void)
{
    raise(SIGPIPE);
    die(EX_IOERR, "write stdout: the reader is gone");
}
