/* SPDX-License-Identifier: MIT */
/* A COMMAND at work. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/process.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"

enum { PIPE_MOST = 1 << 20 }; /* what a pipe can hold at most */

static bool pipe_ignored; /* SIGPIPE was, from the start */

static void close_input(struct agent *a)
{
    if (a->in.fd >= 0)
        writer_close(&a->in);
}

static void write_input(struct agent *a)
{
    if (a->in.fd < 0)
        return;
    if (!writer_flush(&a->in) || (a->last && !writer_pending(&a->in)))
        close_input(a);
}

int agent_start(struct agent *a, char *const argv[], char *const envp[], size_t max)
{
    *a = (struct agent){.kill_at = INT64_MAX, .linger_at = INT64_MAX, .in_slot = -1, .out_slot = -1};
    int error = child_start(&a->child, argv, envp, SIGKILL);
    if (error)
        return error;
    writer_open(&a->in, a->child.in);
    a->out = (struct reader){.fd = a->child.out, .max = max};
    a->open = true;
    return 0;
}

bool agent_give(struct agent *a, struct span line)
{
    if (a->in.fd < 0)
        return false;
    writer_line(&a->in, line);
    return true;
}

void agent_give_last(struct agent *a)
{
    a->last = true;
}

void agent_prepare(struct agent *a, struct pollset *ps, bool read)
{
    write_input(a);
    bool write = a->in.fd >= 0 && writer_pending(&a->in);
    a->in_slot = pollset_add(ps, write ? a->in.fd : -1, POLLOUT);
    a->out_slot = pollset_add(ps, a->open && read ? a->out.fd : -1, POLLIN);
    pollset_until(ps, a->kill_at);
    if (a->open && read)
        pollset_until(ps, a->linger_at);
}

void agent_mute(struct agent *a)
{
    if (!a->open)
        return;
    close(a->out.fd);
    a->out.fd = -1;
    a->open = false;
    a->out.eof = true;
}

static void read_output(struct agent *a)
{
    if (!reader_fill(&a->out) || a->out.eof)
        agent_mute(a);
}

/* Takes what is there, and no more. */
static void give_up_output(struct agent *a)
{
    size_t before, most = a->out.b.len + PIPE_MOST;
    do {
        before = a->out.b.len;
        read_output(a);
    } while (a->open && a->out.b.len > before && before < most);
    a->left = a->open;
    agent_mute(a);
}

void agent_ready(struct agent *a, const struct pollset *ps, bool read)
{
    int64_t now = clock_ms();
    if (pollset_got(ps, a->in_slot))
        write_input(a);
    if (pollset_got(ps, a->out_slot))
        read_output(a);
    if (now >= a->kill_at) {
        child_kill(&a->child, SIGKILL);
        a->kill_at = INT64_MAX;
    }
    if (!a->open || a->linger_at == INT64_MAX)
        return;
    if (!read && a->linger_at < now + AGENT_LINGER)
        a->linger_at = now + AGENT_LINGER;
    else if (now >= a->linger_at)
        give_up_output(a);
}

void agent_check(struct agent *a)
{
    if (a->ended || !child_ended(&a->child))
        return;
    a->ended = true;
    /* one that was told to end has until KILL, with all of its processes */
    a->linger_at = (a->kill_at < INT64_MAX ? a->kill_at : clock_ms()) + AGENT_LINGER;
}

void agent_stop(struct agent *a, int64_t grace)
{
    child_kill(&a->child, SIGTERM);
    if (a->kill_at == INT64_MAX)
        a->kill_at = clock_ms() + grace;
}

bool agent_over(const struct agent *a)
{
    return a->ended && !a->open;
}

int agent_finish(struct agent *a)
{
    int status = 0;
    close_input(a);
    child_reap(&a->child, &status);
    return status;
}

int agent_signals(void)
{
    static const int deadly[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction sa;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        if (sigaction(deadly[i], NULL, &sa) == 0 && sa.sa_handler != SIG_IGN)
            sig_open((const int[]){deadly[i], 0});
    pipe_ignored = sigaction(SIGPIPE, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
    signal(SIGPIPE, SIG_IGN);
    return sig_open((const int[]){SIGCHLD, 0});
}

bool agent_signalled(int *deadly)
{
    bool ended = false;
    for (int number; (number = sig_next());) {
        if (number == SIGCHLD)
            ended = true;
        else
            *deadly = number;
    }
    return ended;
}

void agent_restore_pipe(void)
{
    if (!pipe_ignored)
        signal(SIGPIPE, SIG_DFL);
}

void agent_die(int number)
{
    sig_die(number);
}
