/* SPDX-License-Identifier: MIT */
/* Preloaded: reads and writes of relay's programs are cut short, interrupted, or would block, as SHORT_SEED has it. A wait is
 * interrupted now and then. stderr is left alone, and so is one byte written to a non-blocking pipe: a signal's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char *program_invocation_short_name;

static int on;
static uint64_t seed;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("SHORT_SEED");
    on = strncmp(program_invocation_short_name, "relay-", 6) == 0;
    for (const char *p = program_invocation_short_name; *p; p++)
        seed = seed * 31 + (unsigned char)*p;
    seed += number ? strtoull(number, NULL, 10) * 7919 : 0;
}

static unsigned below(unsigned n)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return (unsigned)((z ^ z >> 31) % n);
}

/* A call on fd that is to fail for now: sets errno. */
static int disturbed(int fd, int flags)
{
    int saved = errno, mode = fcntl(fd, F_GETFL);
    errno = saved;
    if (below(5) == 0) {
        errno = EINTR;
        return 1;
    }
    if (((mode >= 0 && mode & O_NONBLOCK) || flags & MSG_DONTWAIT) && below(10) == 0) {
        errno = EAGAIN;
        return 1;
    }
    return 0;
}

static size_t cut(size_t n)
{
    switch (n < 2 ? 3 : below(4)) {
    case 0:
        return 1;
    case 1:
        return 1 + below(n < 16 ? (unsigned)n : 16);
    case 2:
        return 1 + below(n > 1 << 30 ? 1 << 30 : (unsigned)n);
    default:
        return n;
    }
}

#define REAL(name) \
    if (!real_##name) \
    real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name)

static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_recv)(int, void *, size_t, int);
static int (*real_poll)(struct pollfd *, nfds_t, int);

ssize_t read(int fd, void *p, size_t n)
{
    REAL(read);
    return on && n && disturbed(fd, 0) ? -1 : real_read(fd, p, on ? cut(n) : n);
}

ssize_t write(int fd, const void *p, size_t n)
{
    REAL(write);
    if (!on || n < 2 || fd == STDERR_FILENO)
        return real_write(fd, p, n);
    return disturbed(fd, 0) ? -1 : real_write(fd, p, cut(n));
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    REAL(pwrite);
    return on && n && disturbed(fd, 0) ? -1 : real_pwrite(fd, p, on ? cut(n) : n, at);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    REAL(send);
    return on && n && disturbed(fd, flags) ? -1 : real_send(fd, p, on ? cut(n) : n, flags);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
    REAL(recv);
    if (!on || !n || flags & MSG_PEEK)
        return real_recv(fd, p, n, flags);
    return disturbed(fd, flags) ? -1 : real_recv(fd, p, cut(n), flags);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
    REAL(poll);
    if (on && timeout && below(10) == 0) {
        errno = EINTR;
        return -1;
    }
    return real_poll(fds, n, timeout);
}
