/* SPDX-License-Identifier: MIT */
/* --ready-fd. */
#include <errno.h>

#include "base/diag.h"
#include "dial/ready.h"

void ready_open(struct ready *r, int fd)
{
    *r = (struct ready){fd, {.fd = -1, .own = -1}};
}

void ready_say(struct ready *r, struct span line)
{
    if (r->fd < 0 || r->w.fd >= 0)
        return;
    writer_open(&r->w, r->fd);
    writer_line(&r->w, line);
}

void ready_prepare(const struct ready *r, struct pollset *ps)
{
    pollset_add(ps, r->w.fd, POLLOUT);
}

static bool failed(struct ready *r)
{
    complain("write ready descriptor %d:", r->fd);
    writer_close(&r->w);
    r->fd = -1;
    return false;
}

bool ready_flush(struct ready *r)
{
    if (r->w.fd < 0)
        return true;
    if (!writer_flush(&r->w))
        return failed(r);
    if (writer_pending(&r->w))
        return true;
    if (!writer_close(&r->w))
        return failed(r);
    r->fd = -1;
    return true;
}

bool ready_close(struct ready *r)
{
    bool ok = ready_flush(r);
    if (r->w.fd < 0)
        return ok;
    errno = EAGAIN;
    return failed(r);
}
