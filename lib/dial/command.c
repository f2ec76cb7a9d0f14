/* SPDX-License-Identifier: MIT */
/* relay-dial: COMMAND's life. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "dial/internal.h"

/* The stages of the ring leave signals that reach all of them to the process named here, as long as it lives.
 */
static void name_ourselves(void)
{
    char pid[24];
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    if (setenv("RELAY_DIAL_PID", pid, 1))
        die(EX_OSERR, "set RELAY_DIAL_PID:");
}

void dial_open_ends(struct dial *d)
{
    int in = STDIN_FILENO, out = STDOUT_FILENO;
    if (d->o->command) {
        name_ourselves();
        int error = child_start(&d->child, d->o->command, NULL, 0);
        if (error)
            die(child_start_status(error), "start %s: %s", d->o->command[0], strerror(error));
        in = d->child.out;
        out = d->child.in;
    }
    d->tail = (struct reader){.fd = d->o->null_input ? -1 : in, .max = d->o->link.max_frame};
    writer_open(&d->head, out);
}

/* As process 1, we must reap orphans. COMMAND is left for child_reap(). */
static void reap_strangers(const struct child *c)
{
    siginfo_t si = {0};
    while (getpid() == 1 && waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid &&
           si.si_pid != c->pid) {
        if (waitpid(si.si_pid, NULL, WNOHANG) <= 0)
            return;
        si.si_pid = 0;
    }
}

/* Whether any process of COMMAND may still write. */
static bool tail_held(const struct dial *d)
{
    struct pollfd p = {.fd = d->tail.fd, .events = POLLIN};
    return d->tail.fd >= 0 && poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP);
}

/* Whether COMMAND died of a signal of the kind that is sent to end a whole unit. */
static bool ended_by_signal(const struct dial *d)
{
    int number = d->command_status - 128;
    return number == SIGTERM || number == SIGINT || number == SIGHUP;
}

bool dial_reap(struct dial *d)
{
    reap_strangers(&d->child);
    bool ended = child_reap(&d->child, &d->command_status);
    if (ended)
        reap_strangers(&d->child);
    if (!ended || d->kills || !ended_by_signal(d))
        return false;
    bool held = tail_held(d);
    d->outlived = held || (d->phase >= FINISHING && d->command_status == 128 + d->signalled);
    return held && !d->signalled;
}

/* From here on, what COMMAND has written no longer waits for a link to open. */
void dial_kill_command(struct dial *d)
{
    static const int signals[] = {SIGTERM, SIGKILL};
    if (!d->link_over && link_phase(d->link) != LINK_OPEN) {
        dial_abandon(d, "not open when COMMAND had to end");
        if (d->child.pid == 0)
            return;
    }
    if (d->running || d->waiting)
        dial_fail(d, EX_TEMPFAIL); /* for the turns that are cut off, whoever reports them */
    if (d->kills < 2) {
        complain("end COMMAND: still running, send %s", d->kills ? "KILL" : "TERM");
        child_kill(&d->child, signals[d->kills++]); /* including processes that COMMAND left behind */
        return;
    }
    complain("end COMMAND: %s", d->child.pid ? "it cannot be killed, left to itself"
                                             : "its output does not end, or the link does not take it");
    dial_fail(d, EX_TEMPFAIL);
    if (d->tail.fd >= 0)
        close(d->tail.fd);
    d->tail.fd = -1;
    d->child.pid = 0;
}

bool dial_command_over(const struct dial *d)
{
    return d->tail.fd < 0 && d->child.pid == 0;
}

int dial_command_status(const struct dial *d)
{
    return d->outlived && !d->kills ? EX_OK : d->command_status;
}
