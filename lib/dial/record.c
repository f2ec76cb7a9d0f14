/* SPDX-License-Identifier: MIT */
/* A recording of a link. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/record.h"

enum { FIFO_LOOK = 200 }; /* ms between two checks for a reader of a FIFO */

static int open_file(const char *path)
{
    /* Do not wait for a FIFO to get a reader, nor for a pipe's reader to read. */
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
}

/* Ends a torn last line, so that the next frame begins on a new line and is whole. */
static void end_torn_line(struct record *r, off_t size)
{
    char last = '\n';
    int fd = size ? open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
    if (fd < 0)
        return;
    if (pread(fd, &last, 1, size - 1) == 1 && last != '\n') {
        warn("append to %s: its last line is torn", r->path);
        buf_ch(&r->w.q, '\n');
    }
    close(fd);
}

/* Closes a file to others. False: they can access it, and it is not ours. */
static bool make_private(int fd, const struct stat *st)
{
    return !S_ISREG(st->st_mode) || !(st->st_mode & 077) || fchmod(fd, 0600) == 0;
}

/* Writes to that descriptor from now on. */
static void adopt(struct record *r, int fd, const struct stat *st)
{
    writer_open(&r->w, fd);
    r->dev = st->st_dev;
    r->ino = S_ISREG(st->st_mode) ? st->st_ino : 0;
    r->look_at = clock_ms() + RECORD_LOOK;
    if (r->ino)
        end_torn_line(r, st->st_size);
}

void record_open(struct record *r, const char *path)
{
    struct stat st;
    *r = (struct record){.path = path, .w = {.fd = -1, .own = -1}};
    if (!path)
        return;
    int fd = open_file(path);
    if (fd < 0 && errno == ENXIO && stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        return;
    if (fd < 0 || fstat(fd, &st))
        die(EX_IOERR, "open %s:", path);
    if (!make_private(fd, &st))
        die(EX_CONFIG, "record to %s: open to others (mode %04o), and not ours to close", path,
            (unsigned)(st.st_mode & 07777));
    adopt(r, fd, &st);
}

static bool is_same(const struct record *r, const struct stat *st)
{
    return st->st_dev == r->dev && st->st_ino == r->ino;
}

/* Keeps what is queued: a regular file takes whole lines, so the queue starts with one. */
static bool take_new(struct record *r)
{
    struct stat st;
    int fd = open_file(r->path);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) || is_same(r, &st) || !make_private(fd, &st)) {
        close(fd);
        return false;
    }
    struct writer old = r->w;
    adopt(r, fd, &st);
    buf_add(&r->w.q, old.q.p + old.off, writer_pending(&old));
    if (!writer_close(&old))
        complain("close %s:", r->path);
    return true;
}

bool record_reopen(struct record *r)
{
    struct stat st;
    if (!r->path || !r->ino || (stat(r->path, &st) == 0 && is_same(r, &st)))
        return false;
    bool ok = take_new(r);
    if (!ok && !r->told)
        complain("open %s again, recording goes on in the old file:", r->path);
    r->told = !ok;
    return ok;
}

static void look_at_name(struct record *r)
{
    if (!r->ino || clock_ms() < r->look_at)
        return;
    r->look_at = clock_ms() + RECORD_LOOK;
    record_reopen(r);
}

static void leave_out(struct record *r)
{
    if (!r->left_out++)
        complain("record to %s: its reader is slow, frames are left out", r->path);
}

void record_frame(struct record *r, const char *dir, struct span frame)
{
    struct buf *q = &r->w.q;
    if (!r->path)
        return;
    if (writer_pending(&r->w) >= RECORD_MOST) {
        leave_out(r);
        return;
    }
    buf_str(q, "{\"t\":\"");
    clock_stamp(q);
    buf_printf(q, "\",\"dir\":\"%s\",\"frame\":", dir);
    buf_span(q, frame);
    buf_str(q, "}\n");
}

void record_prepare(const struct record *r, struct pollset *ps)
{
    if (!r->path || !writer_pending(&r->w))
        return;
    if (r->w.fd < 0)
        pollset_until(ps, clock_ms() + FIFO_LOOK);
    pollset_add(ps, r->w.fd, POLLOUT);
}

/* Opens a FIFO that has got a reader meanwhile. Keeps the queue. */
static bool look_for_reader(struct record *r)
{
    struct buf q = r->w.q;
    int fd = open_file(r->path);
    if (fd < 0)
        return errno == ENXIO || errno == EINTR;
    writer_open(&r->w, fd);
    r->w.q = q;
    return true;
}

bool record_flush(struct record *r)
{
    if (!r->path || !writer_pending(&r->w))
        return true;
    look_at_name(r);
    if ((r->w.fd >= 0 || look_for_reader(r)) && (r->w.fd < 0 || writer_flush(&r->w)))
        return true;
    complain("write %s:", r->path);
    writer_close(&r->w);
    r->path = NULL;
    return false;
}

/* The number of frames still queued. */
static size_t count_queued(const struct record *r)
{
    size_t n = 0;
    for (size_t i = r->w.off; i < r->w.q.len; i++)
        n += r->w.q.p[i] == '\n';
    return n;
}

bool record_close(struct record *r)
{
    struct pollset ps = {0};
    int64_t end = clock_ms() + RECORD_WAIT;
    bool ok = record_flush(r);
    while (ok && r->path && writer_pending(&r->w) && clock_ms() < end) {
        pollset_clear(&ps);
        record_prepare(r, &ps);
        pollset_until(&ps, end);
        ok = pollset_wait(&ps) && record_flush(r);
    }
    pollset_free(&ps);
    r->left_out += count_queued(r);
    if (r->left_out) {
        complain("record to %s: %zu frames left out", r->path, r->left_out);
        ok = false;
    }
    if (r->path && r->w.fd >= 0 && !writer_close(&r->w)) {
        complain("close %s:", r->path);
        ok = false;
    }
    buf_free(&r->w.q);
    r->path = NULL;
    return ok;
}
