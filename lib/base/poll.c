/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors and moments. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/poll.h"

void pollset_clear(struct pollset *ps)
{
    ps->n = 0;
    ps->until = INT64_MAX;
}

int pollset_add(struct pollset *ps, int fd, short events)
{
    if (fd < 0)
        return -1;
    if (ps->n == ps->cap) {
        ps->cap = ps->cap ? ps->cap * 2 : 16;
        ps->fds = xrealloc(ps->fds, ps->cap * sizeof *ps->fds);
    }
    ps->fds[ps->n] = (struct pollfd){fd, events, 0};
    return (int)ps->n++;
}

void pollset_until(struct pollset *ps, int64_t when)
{
    if (when < ps->until)
        ps->until = when;
}

/* The milliseconds left, in the form poll(2) takes. */
static int timeout(const struct pollset *ps)
{
    if (ps->until == INT64_MAX)
        return -1;
    int64_t left = ps->until - clock_ms();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

bool pollset_wait(struct pollset *ps)
{
    if (poll(ps->fds, (nfds_t)ps->n, timeout(ps)) >= 0)
        return true;
    for (size_t i = 0; i < ps->n; i++)
        ps->fds[i].revents = 0;
    return errno == EINTR || errno == EAGAIN;
}

short pollset_got(const struct pollset *ps, int slot)
{
    return slot < 0 ? 0 : ps->fds[slot].revents;
}

void pollset_free(struct pollset *ps)
{
    free(ps->fds);
    *ps = (struct pollset){0};
}
