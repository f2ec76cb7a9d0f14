/* SPDX-License-Identifier: MIT */
/* A log on disk. */
#define _GNU_SOURCE /* O_TMPFILE */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/logfile.h"
#include "base/random.h"
#include "base/seal.h"

static bool lock(int fd)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &l) == 0)
        return true;
    if (errno == EAGAIN || errno == EACCES)
        errno = EBUSY;
    return false;
}

/* Whether the descriptor refers to the file that has this name now. */
static bool is_at(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

/* Closes the descriptor and returns false; errno is kept. */
static bool give_up(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
    return false;
}

bool logfile_open(struct logfile *l, const char *path)
{
    struct stat st;
    *l = (struct logfile){.fd = -1};
    signal(SIGXFSZ, SIG_IGN);
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
        if (fd < 0)
            return false;
        if (fstat(fd, &st))
            return give_up(fd);
        if (!S_ISREG(st.st_mode)) {
            errno = EINVAL;
            return give_up(fd);
        }
        if (!lock(fd))
            return give_up(fd);
        /* Whoever held the lock may have put a new file in its place in the meantime. */
        if (!is_at(fd, path)) {
            close(fd);
            continue;
        }
        l->path = realpath(path, NULL);
        if (!l->path)
            return give_up(fd);
        l->fd = fd;
        return logfile_cut(l, lseek(fd, 0, SEEK_END)) && lseek(fd, 0, SEEK_SET) == 0;
    }
}

static bool write_at(int fd, struct span bytes, off_t at)
{
    while (bytes.n) {
        ssize_t k = pwrite(fd, bytes.p, bytes.n, at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return false;
        bytes = (struct span){bytes.p + k, bytes.n - (size_t)k};
        at += k;
    }
    return true;
}

bool logfile_append(struct logfile *l, struct span text)
{
    bool good = !l->open_ended || write_at(l->fd, span_of("\n"), l->size);
    off_t at = l->size + l->open_ended;
    if (good && write_at(l->fd, text, at)) {
        l->size = at + (off_t)text.n;
        l->open_ended = false;
        return true;
    }
    int error = errno;
    bool open_ended = l->open_ended;
    logfile_cut(l, l->size);
    l->open_ended = open_ended;
    errno = error;
    return false;
}

bool logfile_cut(struct logfile *l, off_t size)
{
    if (size < 0 || ftruncate(l->fd, size))
        return false;
    l->size = size;
    l->open_ended = false;
    return true;
}

void logfile_line(struct buf *out, struct span line)
{
    seal_add(out, line);
    buf_ch(out, '\n');
}

/* ---- reading ---- */

/* The next line of the file as it is stored. READER_MORE: the end. */
static enum reader_got next_line(struct logfile_reader *r, struct span *line, bool *failed)
{
    enum reader_got got;
    while ((got = reader_next(&r->in, line)) == READER_MORE && !r->in.eof && !*failed)
        *failed = !reader_fill(&r->in);
    return got;
}

/* Judges a line that has its line end. */
static enum logfile_got judge(struct logfile_reader *r, struct span *line)
{
    enum seal seal = seal_open((char *)line->p, line);
    if (r->line == 1)
        r->sums = seal == SEAL_WHOLE;
    return seal == SEAL_WHOLE || (seal == SEAL_NONE && !r->sums) ? LOGFILE_LINE : LOGFILE_DAMAGED;
}

static enum logfile_got judge_last(struct logfile *l, struct logfile_reader *r, struct span *line)
{
    enum seal seal = seal_open((char *)line->p, line);
    l->open_ended = true;
    if (seal == SEAL_WHOLE)
        return LOGFILE_LINE;
    if (seal == SEAL_NONE && !r->sums)
        return LOGFILE_LAST;
    return logfile_tear(l, r) ? LOGFILE_TORN : LOGFILE_FAILED;
}

enum logfile_got logfile_read(struct logfile *l, struct logfile_reader *r, struct span *line)
{
    bool failed = false;
    if (!r->line) {
        r->in = (struct reader){.fd = l->fd, .max = r->max};
        if (lseek(l->fd, 0, SEEK_SET) < 0)
            return LOGFILE_FAILED;
    }
    enum reader_got got = next_line(r, line, &failed);
    if (failed)
        return LOGFILE_FAILED;
    if (got == READER_MORE)
        return LOGFILE_END;
    r->line = r->in.line;
    r->size = line->n;
    if (got == READER_LONG)
        return LOGFILE_DAMAGED;
    bool ended = line->p + line->n < r->in.b.p + r->in.b.len;
    return ended ? judge(r, line) : judge_last(l, r, line);
}

bool logfile_tear(struct logfile *l, const struct logfile_reader *r)
{
    return logfile_cut(l, l->size - (off_t)r->size);
}

void logfile_read_end(struct logfile_reader *r)
{
    reader_free(&r->in);
    *r = (struct logfile_reader){.max = r->max};
}

/* ---- rewriting ---- */

/* Writes the file's directory entry to the disk. Some file systems do not support that, and some directories
 * may not be read: neither is a failure of the disk. */
static bool sync_directory(const char *path)
{
    char *copy = xstrdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0)
        return errno == EACCES;
    bool done = fsync(fd) == 0 || errno == EINVAL;
    return done ? close(fd) == 0 : give_up(fd);
}

/* Gives the new file the owner, group and mode of the old one. If the group cannot be kept, the group gets no
 * access. */
static bool take_access(int fd, int old)
{
    struct stat st;
    if (fstat(old, &st))
        return false;
    mode_t mode = st.st_mode & 0777;
    if (fchown(fd, st.st_uid, st.st_gid) && fchown(fd, (uid_t)-1, st.st_gid))
        mode &= ~(mode_t)070;
    return fchmod(fd, mode) == 0;
}

/* A new file in the directory of the path, unnamed if the file system can do that, so that a process that is
 * killed leaves none behind. Its name goes into *name: "" if it has none. */
static int make_new(struct buf *name, const char *path)
{
    int fd = -1;
#ifdef O_TMPFILE
    char *copy = xstrdup(path);
    fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(copy);
    if (fd >= 0)
        return fd;
#endif
    for (int tries = 0; fd < 0 && tries < 100; tries++) {
        name->len = 0;
        buf_printf(name, "%s.%08x.tmp", path, (unsigned)random_word());
        fd = open(buf_cstr(name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        name->len = 0;
    return fd;
}

/* Names an unnamed file. */
static bool give_name(struct buf *name, const char *path, int fd)
{
    char proc[48];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    for (int tries = 0; !name->len && tries < 100; tries++) {
        buf_printf(name, "%s.%08x.tmp", path, (unsigned)random_word());
        if (linkat(AT_FDCWD, proc, AT_FDCWD, buf_cstr(name), AT_SYMLINK_FOLLOW) == 0)
            return true;
        name->len = 0;
        if (errno != EEXIST)
            return false;
    }
    return name->len > 0;
}

bool logfile_replace(struct logfile *l, struct span text)
{
    struct buf name = {0};
    int fd = make_new(&name, l->path);
    bool done = fd >= 0 && lock(fd) && write_at(fd, text, 0) && take_access(fd, l->fd) && fsync(fd) == 0 &&
                give_name(&name, l->path, fd) && rename(buf_cstr(&name), l->path) == 0;
    int error = errno;
    if (done) {
        close(l->fd);
        *l = (struct logfile){.path = l->path, .fd = fd, .size = (off_t)text.n};
        done = sync_directory(l->path);
        error = errno;
    } else {
        if (fd >= 0)
            close(fd);
        if (name.len)
            unlink(buf_cstr(&name));
    }
    buf_free(&name);
    errno = error;
    return done;
}

void logfile_close(struct logfile *l)
{
    if (l->fd >= 0)
        close(l->fd);
    free(l->path);
    *l = (struct logfile){.fd = -1};
}
