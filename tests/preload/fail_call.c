/* SPDX-License-Identifier: MIT */
/* Preloaded: the call FAIL_CALL number FAIL_AT of the program FAIL_PROGRAM fails with FAIL_ERRNO (a number); with FAIL_AFTER all
 * that follow fail too. A write that fails with 0 writes half of its bytes. When a call failed, an empty file FAIL_MARK stands
 * there afterwards. Descriptors 0 to 2 are left alone; with FAIL_FILE, so are all files whose name does not begin with it. The
 * calls for large files, pwrite64 and so on, count as those without 64. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char *program_invocation_short_name;

static const char *call, *file;
static long at, count;
static int error, after;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("FAIL_PROGRAM"), *number = getenv("FAIL_AT"), *code = getenv("FAIL_ERRNO");
    call = name && strcmp(name, program_invocation_short_name) == 0 ? getenv("FAIL_CALL") : NULL;
    at = number ? strtol(number, NULL, 10) : 0;
    error = code ? (int)strtol(code, NULL, 10) : EIO;
    file = getenv("FAIL_FILE");
    after = getenv("FAIL_AFTER") != NULL;
}

static int is_meant(const char *path)
{
    const char *slash = strrchr(path, '/');
    return !file || strncmp(slash ? slash + 1 : path, file, strlen(file)) == 0;
}

/* Whether the descriptor is of a file that is meant. */
static int is_of(int fd)
{
    char link[64], path[4096];
    if (!file)
        return 1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = '\0';
    return is_meant(path);
}

static int fails(const char *name)
{
    if (!call || strcmp(call, name) != 0 || (++count != at && !(after && at > 0 && count > at)))
        return 0;
    const char *mark = getenv("FAIL_MARK");
    if (mark)
        close((int)syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT, 0600));
    errno = error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *p, size_t n)
{
    return fd > 2 && call && is_of(fd) && fails("read") ? -1 : REAL(read)(fd, p, n);
}

ssize_t write(int fd, const void *p, size_t n)
{
    int failed = fd > 2 && call && is_of(fd) && fails("write");
    return failed && error ? -1 : REAL(write)(fd, p, failed ? n / 2 : n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t where)
{
    int failed = call && is_of(fd) && fails("pwrite");
    return failed && error ? -1 : REAL(pwrite)(fd, p, failed ? n / 2 : n, where);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t where)
{
    int failed = call && is_of(fd) && fails("pwrite");
    return failed && error ? -1 : REAL(pwrite64)(fd, p, failed ? n / 2 : n, where);
}

int fsync(int fd)
{
    return call && is_of(fd) && fails("fsync") ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return call && is_of(fd) && fails("fdatasync") ? -1 : REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t n)
{
    return call && is_of(fd) && fails("ftruncate") ? -1 : REAL(ftruncate)(fd, n);
}

int ftruncate64(int fd, off64_t n)
{
    return call && is_of(fd) && fails("ftruncate") ? -1 : REAL(ftruncate64)(fd, n);
}

off_t lseek(int fd, off_t n, int whence)
{
    return call && is_of(fd) && fails("lseek") ? -1 : REAL(lseek)(fd, n, whence);
}

int rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : REAL(rename)(from, to);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return is_meant(path) && fails("open") ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return is_meant(path) && fails("open") ? -1 : REAL(open64)(path, flags, mode);
}

int close(int fd)
{
    if (fd > 2 && call && is_of(fd) && fails("close")) {
        REAL(close)(fd);
        errno = error;
        return -1;
    }
    return REAL(close)(fd);
}

int accept(int fd, struct sockaddr *a, socklen_t *n)
{
    return fails("accept") ? -1 : REAL(accept)(fd, a, n);
}
