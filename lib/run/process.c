/* SPDX-License-Identifier: MIT */
/* A COMMAND at work. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/process.h"

enum { PIPE_MOST = 1 << 20 }; /* the most bytes a pipe can hold */

static void close_input(struct process *p)
{
    if (p->in.fd >= 0)
        writer_close(&p->in);
}

static void write_input(struct process *p)
{
    if (p->in.fd < 0)
        return;
    if (!writer_flush(&p->in) || (p->last && !writer_pending(&p->in)))
        close_input(p);
}

int process_start(struct process *p, char *const argv[], char *const envp[], int64_t grace, size_t max)
{
    *p = (struct process){.grace = grace, .in_slot = -1, .out_slot = -1};
    p->kill_at = p->bound_at = p->linger_at = p->give_up_at = INT64_MAX;
    int error = child_start(&p->child, argv, envp, SIGKILL);
    if (error)
        return error;
    writer_open(&p->in, p->child.in);
    p->out = (struct reader){.fd = p->child.out, .max = max};
    p->open = true;
    return 0;
}

/* The escape for a Unicode line end at s; *n: the length of the line end in bytes. NULL: there is none. In
 * valid JSON these bytes occur only in strings. */
static const char *line_end(const char *s, const char *end, size_t *n)
{
    *n = s[0] == '\xC2' ? 2 : 3;
    if ((size_t)(end - s) < *n)
        return NULL;
    if (memcmp(s, "\xC2\x85", 2) == 0)
        return "\\u0085";
    if (memcmp(s, "\xE2\x80\xA8", 3) == 0)
        return "\\u2028";
    return memcmp(s, "\xE2\x80\xA9", 3) == 0 ? "\\u2029" : NULL;
}

bool process_give(struct process *p, struct span line)
{
    if (p->in.fd < 0)
        return false;
    struct buf out = {0};
    const char *from = line.p, *end = line.p + line.n;
    size_t n;
    for (const char *s = from; s < end; s++) {
        const char *escape = *s == '\xC2' || *s == '\xE2' ? line_end(s, end, &n) : NULL;
        if (!escape)
            continue;
        buf_add(&out, from, (size_t)(s - from));
        buf_str(&out, escape);
        from = s + n;
        s = from - 1;
    }
    if (from == line.p) {
        writer_line(&p->in, line);
        return true;
    }
    buf_add(&out, from, (size_t)(end - from));
    writer_line(&p->in, buf_as_span(&out));
    buf_free(&out);
    return true;
}

void process_give_last(struct process *p)
{
    p->last = true;
}

void process_prepare(struct process *p, struct pollset *ps, bool read)
{
    write_input(p);
    bool write = p->in.fd >= 0 && writer_pending(&p->in);
    p->in_slot = pollset_add(ps, write ? p->in.fd : -1, POLLOUT);
    p->out_slot = pollset_add(ps, p->open && read ? p->out.fd : -1, POLLIN);
    pollset_until(ps, p->kill_at);
    pollset_until(ps, p->bound_at);
    if (p->open && read)
        pollset_until(ps, p->linger_at);
}

void process_mute(struct process *p)
{
    if (!p->open)
        return;
    close(p->out.fd);
    p->out.fd = -1;
    p->open = false;
    p->out.eof = true;
}

static void read_output(struct process *p)
{
    if (!reader_fill(&p->out) || p->out.eof)
        process_mute(p);
}

/* Takes what is in the pipe now, and no more. */
static void give_up_output(struct process *p)
{
    size_t before, most = p->out.b.len + PIPE_MOST;
    do {
        before = p->out.b.len;
        read_output(p);
    } while (p->open && p->out.b.len > before && before < most);
    p->left = p->open;
    process_mute(p);
}

/* Its first process has ended but its stdout is open: gives up its output if those that hold it open are not
 * worth waiting for. */
static void linger(struct process *p, int64_t now, bool read)
{
    if (!p->open || now < p->linger_at)
        return;
    p->linger_at = now + PROCESS_LINGER;
    if (!read)
        p->give_up_at = p->give_up_at < p->linger_at ? p->linger_at : p->give_up_at;
    else if (now >= p->give_up_at || !child_alive(&p->child))
        give_up_output(p);
}

static void enforce(struct process *p, int64_t now)
{
    if (now >= p->kill_at) {
        child_kill(&p->child, SIGKILL);
        p->kill_at = INT64_MAX;
        p->bound_at = now + PROCESS_UNKILLABLE;
    }
    if (now < p->bound_at)
        return;
    p->bound_at = INT64_MAX;
    process_check(p);
    if (p->ended)
        return;
    p->ended = p->unkillable = true;
    p->status = 128 + SIGKILL;
    process_mute(p);
}

void process_ready(struct process *p, const struct pollset *ps, bool read)
{
    int64_t now = clock_ms();
    if (pollset_got(ps, p->in_slot))
        write_input(p);
    if (pollset_got(ps, p->out_slot))
        read_output(p);
    enforce(p, now);
    linger(p, now, read);
}

void process_check(struct process *p)
{
    if (p->ended || !child_reap(&p->child, &p->status))
        return;
    p->ended = true;
    int64_t now = clock_ms();
    p->linger_at = now + PROCESS_LINGER;
    /* a COMMAND that got TERM has until KILL, with all of its processes */
    p->give_up_at = p->kill_at < INT64_MAX ? p->kill_at + PROCESS_LINGER : now + p->grace;
}

void process_stop(struct process *p)
{
    child_kill(&p->child, SIGTERM);
    if (p->kill_at == INT64_MAX && p->bound_at == INT64_MAX)
        p->kill_at = clock_ms() + p->grace;
}

bool process_over(const struct process *p)
{
    return p->ended && !p->open;
}

void process_finish(struct process *p)
{
    close_input(p);
    process_mute(p);
}
