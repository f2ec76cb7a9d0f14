/* SPDX-License-Identifier: MIT */
/* Diagnostics and the table of exit statuses. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/text.h"

static const char *name = "relay";
static int level;

static const struct {
    int status;
    const char *word, *meaning;
} meanings[] = {
    {EX_OK, "done", "done"},
    {EX_NO, "no", "a valid \"no\""},
    {EX_USAGE, "usage", "wrong usage"},
    {EX_DATAERR, "bad input", "bad input lines"},
    {EX_NOINPUT, "no file", "a file cannot be read"},
    {EX_UNAVAILABLE, "no link", "the link is unavailable"},
    {EX_SOFTWARE, "bug", "a bug in the tool"},
    {EX_OSERR, "system", "a system call failed"},
    {EX_IOERR, "output", "output failed"},
    {EX_TEMPFAIL, "owed", "replies are still owed: state unknown, look before you resend"},
    {EX_PROTOCOL, "protocol", "the peer broke the protocol, or the handshake failed"},
    {EX_NOPERM, "revoked", "refused or revoked (4401)"},
    {EX_CONFIG, "settings", "contradictory settings"},
};

const char *exit_word(int status)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].status == status)
            return meanings[i].word;
    return NULL;
}

const char *exit_meaning(int status)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].status == status)
            return meanings[i].meaning;
    return NULL;
}

/* How grave a status is: its position in the list, counted from the end. */
static int gravity(int status)
{
    static const int gravest[] = {EX_NOPERM,   EX_TEMPFAIL, EX_IOERR,       EX_OSERR,
                                  EX_SOFTWARE, EX_PROTOCOL, EX_UNAVAILABLE, EX_NOINPUT,
                                  EX_DATAERR,  EX_CONFIG,   EX_USAGE};
    int n = sizeof gravest / sizeof *gravest;
    for (int i = 0; i < n; i++)
        if (gravest[i] == status)
            return n + 2 - i;
    return status == EX_OK ? 0 : status == EX_NO ? 1 : 2;
}

void exit_raise(int *status, int another)
{
    if (gravity(another) > gravity(*status))
        *status = another;
}

void diag_init(const char *argv0)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
    if (argv0 && *argv0) {
        const char *slash = strrchr(argv0, '/');
        name = slash ? slash + 1 : argv0;
        buf_name(name);
    }
}

const char *diag_name(void)
{
    return name;
}

void diag_quieter(void)
{
    level--;
}

void diag_louder(void)
{
    level++;
}

static struct {
    bool no_wait;
    struct writer to;
    size_t dropped; /* lines, since the last one that was written */
    bool torn;      /* part of the last line was written: the next one begins on a new line */
} out;

/* Writes as much as goes without waiting and drops the rest. */
static bool write_now(struct span line)
{
    struct writer *w = &out.to;
    writer_line(w, line);
    bool gone = writer_flush(w) && !writer_pending(w);
    out.torn = !gone && (w->off || out.torn);
    w->q.len = w->off = 0;
    return gone;
}

static void write_or_drop(struct span line)
{
    char lost[96];
    if (out.torn && write_now(span_of("")))
        out.torn = false;
    if (out.dropped) {
        int n = snprintf(lost, sizeof lost, "%.40s: drop %zu diagnostics: stderr was not read", name,
                         out.dropped);
        if (write_now((struct span){lost, (size_t)n}))
            out.dropped = 0;
    }
    if (line.n && (out.dropped || !write_now(line)))
        out.dropped++;
}

/* One write(2) for the whole line, so that lines of several stages do not mix. */
static void write_whole(struct span line)
{
    struct buf all = {0};
    buf_span(&all, line);
    buf_ch(&all, '\n');
    for (size_t off = 0; off < all.len;) {
        ssize_t n = write(STDERR_FILENO, all.p + off, all.len - off);
        if (n < 0 && errno == EAGAIN)
            poll(&(struct pollfd){STDERR_FILENO, POLLOUT, 0}, 1, -1);
        else if (n < 0 && errno != EINTR)
            break;
        off += n > 0 ? (size_t)n : 0;
    }
    buf_free(&all);
}

static void write_line(struct span line)
{
    struct sigaction quiet = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &quiet, &before);
    if (out.no_wait)
        write_or_drop(line);
    else
        write_whole(line);
    sigaction(SIGPIPE, &before, NULL);
}

static void say_dropped(void)
{
    write_line((struct span){"", 0});
}

void diag_no_wait(void)
{
    if (out.no_wait)
        return;
    writer_open(&out.to, STDERR_FILENO);
    out.no_wait = true;
    atexit(say_dropped);
}

__attribute__((format(printf, 1, 0))) static void say(const char *fmt, va_list ap)
{
    int error = errno;
    struct buf raw = {0}, line = {0};
    buf_vprintf(&raw, fmt, ap);
    if (raw.len && raw.p[raw.len - 1] == ':')
        buf_printf(&raw, " %s", strerror(error));
    buf_printf(&line, "%s: ", name);
    text_escape(&line, raw.p, raw.len);
    write_line(buf_as_span(&line));
    buf_free(&raw);
    buf_free(&line);
    errno = error;
}

void complain(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

void warn(const char *fmt, ...)
{
    if (level < 0)
        return;
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

void info(int lvl, const char *fmt, ...)
{
    if (level < lvl)
        return;
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

void die(int status, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
    exit(status);
}
