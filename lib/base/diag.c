/* SPDX-License-Identifier: MIT */
/* Diagnostics and the table of exit statuses. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/text.h"

static const char *name = "relay";
static int level;

static const struct {
    int status;
    const char *meaning;
} meanings[] = {
    {EX_OK, "done"},
    {EX_NO, "a valid \"no\""},
    {EX_USAGE, "wrong usage"},
    {EX_DATAERR, "bad input lines"},
    {EX_NOINPUT, "a file cannot be read"},
    {EX_UNAVAILABLE, "the link is unavailable"},
    {EX_SOFTWARE, "a bug in the tool"},
    {EX_OSERR, "a system call failed"},
    {EX_IOERR, "output failed"},
    {EX_TEMPFAIL, "replies are still owed: state unknown, look before you resend"},
    {EX_PROTOCOL, "the peer broke the protocol, or the handshake failed"},
    {EX_NOPERM, "refused or revoked (4401)"},
    {EX_CONFIG, "contradictory settings"},
};

const char *exit_meaning(int status)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].status == status)
            return meanings[i].meaning;
    return NULL;
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

/* One write(2) for the whole line, so that lines of several stages do not mix. */
__attribute__((format(printf, 1, 0))) static void say(const char *fmt, va_list ap)
{
    int error = errno;
    struct buf raw = {0}, line = {0};
    buf_vprintf(&raw, fmt, ap);
    if (raw.len && raw.p[raw.len - 1] == ':')
        buf_printf(&raw, " %s", strerror(error));
    buf_printf(&line, "%s: ", name);
    text_escape(&line, raw.p, raw.len);
    buf_ch(&line, '\n');
    for (size_t off = 0; off < line.len;) {
        ssize_t n = write(STDERR_FILENO, line.p + off, line.len - off);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        off += (size_t)n;
    }
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
