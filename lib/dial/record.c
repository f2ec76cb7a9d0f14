/* SPDX-License-Identifier: MIT */
/* A recording of a link. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/record.h"

void record_open(struct record *r, const char *path)
{
    *r = (struct record){.fd = -1, .path = path};
    if (!path)
        return;
    r->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (r->fd < 0)
        die(EX_IOERR, "open %s:", path);
}

void record_frame(struct record *r, const char *dir, struct span frame)
{
    if (r->fd < 0)
        return;
    buf_str(&r->b, "{\"t\":\"");
    clock_stamp(&r->b);
    buf_printf(&r->b, "\",\"dir\":\"%s\",\"frame\":", dir);
    buf_span(&r->b, frame);
    buf_str(&r->b, "}\n");
}

bool record_flush(struct record *r)
{
    size_t off = 0;
    while (r->fd >= 0 && off < r->b.len) {
        ssize_t n = write(r->fd, r->b.p + off, r->b.len - off);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            close(r->fd);
            r->fd = -1;
            return false;
        }
        off += (size_t)n;
    }
    r->b.len = 0;
    return true;
}

bool record_close(struct record *r)
{
    bool ok = record_flush(r);
    if (r->fd >= 0)
        ok = close(r->fd) == 0;
    r->fd = -1;
    buf_free(&r->b);
    return ok;
}
