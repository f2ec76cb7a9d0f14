/* SPDX-License-Identifier: MIT */
/* Lines in, bytes out. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

char *reader_room(struct reader *r, size_t n)
{
    /* Lines already returned are no longer needed. */
    if (r->from) {
        buf_drop(&r->b, r->from);
        r->seen -= r->from;
        r->from = 0;
    }
    return buf_room(&r->b, n);
}

bool reader_fill(struct reader *r)
{
    ssize_t n = read(r->fd, reader_room(r, IO_CHUNK), IO_CHUNK);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    r->b.len += (size_t)n;
    r->eof = n == 0;
    return true;
}

void reader_feed(struct reader *r, const void *p, size_t n)
{
    if (n)
        memcpy(reader_room(r, n), p, n);
    r->b.len += n;
}

enum reader_got reader_next(struct reader *r, struct span *line)
{
    for (;;) {
        const char *nl = NULL;
        if (r->seen < r->b.len)
            nl = memchr(r->b.p + r->seen, '\n', r->b.len - r->seen);
        size_t end = nl ? (size_t)(nl - r->b.p) : r->b.len, n = end - r->from;
        r->seen = nl ? end + 1 : end;
        if (r->skipping) {
            r->from = r->seen;
            r->skipping = !nl;
            if (!nl)
                return READER_MORE;
            continue;
        }
        if (n > r->max) {
            r->from = r->seen;
            r->skipping = !nl;
            r->line++;
            return READER_LONG;
        }
        if (!nl && !(r->eof && n))
            return READER_MORE;
        *line = (struct span){r->b.p + r->from, n};
        r->from = r->seen;
        r->line++;
        return READER_LINE;
    }
}

bool reader_ready(struct reader *r)
{
    return r->seen < r->b.len && memchr(r->b.p + r->seen, '\n', r->b.len - r->seen);
}

void reader_free(struct reader *r)
{
    buf_free(&r->b);
}

/* How bytes are written to a descriptor without stopping the process. */
enum {
    HOW_OWN,    /* a separate non-blocking file description */
    HOW_SOCKET, /* send with MSG_DONTWAIT */
    HOW_PIECES, /* no more than PIPE_BUF after poll */
    HOW_FILE,   /* never waits for a reader */
};

void writer_open(struct writer *w, int fd)
{
    struct stat st;
    *w = (struct writer){.fd = fd, .own = -1, .how = HOW_FILE};
    if (fstat(fd, &st))
        return;
    if (S_ISSOCK(st.st_mode)) {
        w->how = HOW_SOCKET;
    } else if (S_ISFIFO(st.st_mode) || isatty(fd)) {
        char path[48];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        w->own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        w->how = w->own >= 0 ? HOW_OWN : HOW_PIECES;
    }
}

void writer_line(struct writer *w, struct span line)
{
    char *p = buf_room(&w->q, line.n + 1);
    memcpy(p, line.p, line.n);
    p[line.n] = '\n';
    w->q.len += line.n + 1;
}

size_t writer_pending(const struct writer *w)
{
    return w->q.len - w->off;
}

static ssize_t write_some(const struct writer *w, const char *p, size_t n)
{
    struct pollfd pfd = {w->fd, POLLOUT, 0};
    switch (w->how) {
    case HOW_OWN:
        return write(w->own, p, n);
    case HOW_SOCKET:
        return send(w->fd, p, n, MSG_DONTWAIT);
    case HOW_PIECES:
        if (poll(&pfd, 1, 0) == 0) {
            errno = EAGAIN;
            return -1;
        }
        return write(w->fd, p, n < PIPE_BUF ? n : PIPE_BUF);
    default:
        return write(w->fd, p, n);
    }
}

bool writer_flush(struct writer *w)
{
    while (w->off < w->q.len) {
        ssize_t n = write_some(w, w->q.p + w->off, w->q.len - w->off);
        if (n >= 0)
            w->off += (size_t)n;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            break;
        else if (errno != EINTR)
            return false;
    }
    /* Moving the rest costs at most as much as writing it did. */
    if (w->off == w->q.len)
        w->off = w->q.len = 0;
    else if (w->off > w->q.len / 2) {
        buf_drop(&w->q, w->off);
        w->off = 0;
    }
    return true;
}

bool writer_drain(struct writer *w)
{
    while (writer_flush(w)) {
        if (!writer_pending(w))
            return true;
        struct pollfd pfd = {w->fd, POLLOUT, 0};
        poll(&pfd, 1, -1);
    }
    return false;
}

bool writer_close(struct writer *w)
{
    bool ok = true;
    if (w->own >= 0)
        ok = close(w->own) == 0;
    if (w->fd >= 0)
        ok = close(w->fd) == 0 && ok;
    buf_free(&w->q);
    *w = (struct writer){.fd = -1, .own = -1};
    return ok;
}
