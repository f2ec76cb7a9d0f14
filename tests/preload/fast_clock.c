/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD: time passes FAST_CLOCK times as fast, so that a wait of 30 s can be seen to its end. */
#include <dlfcn.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);

static int64_t factor(void)
{
    static int64_t f;
    const char *s = getenv("FAST_CLOCK");
    if (!f)
        f = s ? atoll(s) : 1;
    return f;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    static int (*real)(clockid_t, struct timespec *);
    static struct timespec start[16];
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, t);
    if (result || id == CLOCK_REALTIME || id < 0 || id > 15)
        return result;
    if (!start[id].tv_sec)
        start[id] = *t;
    int64_t ns = (t->tv_sec - start[id].tv_sec) * INT64_C(1000000000) + t->tv_nsec - start[id].tv_nsec;
    ns = ns * factor() + start[id].tv_nsec;
    t->tv_sec = start[id].tv_sec + ns / 1000000000;
    t->tv_nsec = ns % 1000000000;
    return 0;
}

static int shorter(int timeout)
{
    return timeout > 0 ? (int)((timeout + factor() - 1) / factor()) : timeout;
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
    static int (*real)(struct pollfd *, nfds_t, int);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "poll");
    return real(fds, n, shorter(timeout));
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
    (void)size;
    return poll(fds, n, timeout);
}
