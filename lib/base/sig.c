/* SPDX-License-Identifier: MIT */
/* Signals through a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/sig.h"

static int ends[2] = {-1, -1};
static bool pipe_kept; /* SIGPIPE is ignored by us, not by the parent */

static pid_t dial; /* the relay-dial of the ring; 0: none */

static const int deadly[] = {SIGTERM, SIGINT, SIGHUP};
enum { DEADLY = sizeof deadly / sizeof *deadly };

static bool dial_lives(void)
{
    return dial && (kill(dial, 0) == 0 || errno == EPERM);
}

/* In a handler: whether relay-dial is the one to act on the signal. */
static bool left_to_dial(int number, const siginfo_t *from)
{
    bool ours = !dial;
    for (int i = 0; !ours && deadly[i] != number; i++)
        ours = i + 1 == DEADLY;
    if (ours || (from->si_code <= 0 && from->si_pid == dial))
        return false;
    return dial_lives();
}

static void note(int number, siginfo_t *from, void *context)
{
    int error = errno;
    unsigned char c = (unsigned char)number;
    (void)context;
    /* A full pipe already holds thousands of signals: one more adds nothing. */
    if (!left_to_dial(number, from))
        (void)!write(ends[1], &c, 1);
    errno = error;
}

/* A stage that keeps no state of its own ends with its neighbours. If it died of relay-dial's signal, which
 * goes to all of them, it would take the answers that are passing through it down with it. */
static void die_unless_left(int number, siginfo_t *from, void *context)
{
    int error = errno;
    (void)from, (void)context;
    if (!dial_lives())
        sig_die(number);
    errno = error;
}

static void open_ends(void)
{
    if (pipe(ends))
        die(EX_OSERR, "create signal pipe:");
    for (int i = 0; i < 2; i++)
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) || fcntl(ends[i], F_SETFL, O_NONBLOCK))
            die(EX_OSERR, "set up signal pipe:");
}

static bool is_handled_by(int number, void (*handler)(int))
{
    struct sigaction sa;
    return sigaction(number, NULL, &sa) == 0 && !(sa.sa_flags & SA_SIGINFO) && sa.sa_handler == handler;
}

static bool ignored(int number)
{
    return is_handled_by(number, SIG_IGN);
}

static void unblock(int number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static void catch (int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_RESTART | SA_SIGINFO};
    sigemptyset(&sa.sa_mask);
    if (sigaction(number, &sa, NULL))
        die(EX_OSERR, "catch signal %d:", number);
    unblock(number);
}

int sig_open(const int *signals)
{
    if (ends[0] < 0)
        open_ends();
    for (; *signals; signals++)
        catch (*signals, note);
    return ends[0];
}

int sig_open_unignored(const int *signals)
{
    for (; *signals; signals++)
        if (!ignored(*signals))
            sig_open((const int[]){*signals, 0});
    return sig_open((const int[]){0});
}

bool sig_ring(void)
{
    const char *pid = getenv("RELAY_DIAL_PID");
    int64_t number;
    if (!pid || !number_parse(pid, 1, INT_MAX, &number))
        return false;
    dial = (pid_t)number;
    for (int i = 0; i < DEADLY; i++)
        if (is_handled_by(deadly[i], SIG_DFL))
            catch (deadly[i], die_unless_left);
    return true;
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

void sig_ignore_pipe(void)
{
    pipe_kept |= !ignored(SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
}

void sig_pipe(void)
{
    if (pipe_kept || !ignored(SIGPIPE))
        sig_die(SIGPIPE);
    die(EX_IOERR, "write stdout: the reader is gone");
}

void sig_die(int number)
{
    signal(number, SIG_DFL);
    unblock(number);
    raise(number);
    _exit(128 + number);
}
