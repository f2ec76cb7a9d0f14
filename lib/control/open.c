/* SPDX-License-Identifier: MIT */
/* Where the stage listens. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/table.h"
#include "control/control.h"

/* A FIFO of ours that others cannot use; -1: there is none. */
static int open_fifo(const char *path)
{
    struct stat st;
    if (lstat(path, &st) || !S_ISFIFO(st.st_mode))
        return -1;
    int fd = open(path,
                  O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC); /* it does not end with its last writer */
    if (fd < 0 || fstat(fd, &st) || !S_ISFIFO(st.st_mode))
        die(EX_OSERR, "open %s:", path);
    if (st.st_uid != geteuid() || st.st_mode & 077)
        die(EX_CONFIG, "refuse FIFO %s: open to others, or another user's (mode %04o)", path,
            (unsigned)(st.st_mode & 07777));
    return fd;
}

void control_open(struct control *c, const char *path)
{
    int fd = open_fifo(path);
    *c = (struct control){.socket.fd = -1, .slot = -1};
    if (fd >= 0) {
        struct control_writer *w = writer_new(fd, true);
        DL_APPEND(c->writers, w);
        c->n++;
        return;
    }
    if (local_open(&c->socket, path))
        return;
    if (errno == EADDRINUSE)
        die(EX_CONFIG, "listen on %s: another process listens there", path);
    if (errno == EEXIST)
        die(EX_CONFIG, "listen on %s: it exists and is neither a socket nor a FIFO", path);
    die(EX_OSERR, "listen on %s:", path);
}
