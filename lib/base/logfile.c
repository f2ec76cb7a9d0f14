/* SPDX-License-Identifier: MIT */
/* A log on disk. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/logfile.h"

static bool lock(int fd)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &l) == 0)
        return true;
    if (errno == EAGAIN || errno == EACCES)
        errno = EBUSY;
    return false;
}

/* Whether the descriptor is the file that stands under the name now. */
static bool is_at(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

/* False, with errno, and the descriptor closed. */
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
        /* The one who had the lock may have put a new file in its place in the meantime. */
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

bool logfile_append(struct logfile *l, struct span bytes)
{
    if (write_at(l->fd, bytes, l->size)) {
        l->size += (off_t)bytes.n;
        return true;
    }
    int error = errno;
    logfile_cut(l, l->size);
    errno = error;
    return false;
}

bool logfile_cut(struct logfile *l, off_t size)
{
    if (size < 0 || ftruncate(l->fd, size))
        return false;
    l->size = size;
    return true;
}

static void sync_directory(const char *path)
{
    char *copy = xstrdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

/* The new file, locked and on the disk, or -1. */
static int write_new(const char *path, struct span bytes)
{
    unlink(path); /* of one that was killed here */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (lock(fd) && write_at(fd, bytes, 0) && fsync(fd) == 0)
        return fd;
    give_up(fd);
    return -1;
}

bool logfile_replace(struct logfile *l, struct span bytes)
{
    struct buf name = {0};
    buf_printf(&name, "%s.tmp", l->path);
    int fd = write_new(buf_cstr(&name), bytes);
    bool done = fd >= 0 && rename(buf_cstr(&name), l->path) == 0;
    int error = errno;
    if (done) {
        sync_directory(l->path);
        close(l->fd);
        l->fd = fd;
        l->size = (off_t)bytes.n;
    } else {
        if (fd >= 0)
            close(fd);
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
