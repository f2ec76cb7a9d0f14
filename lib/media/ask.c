/* SPDX-License-Identifier: MIT */
/* A transfer by the one that has the secret. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/local.h"
#include "media/ask.h"

enum {
    TICK = 200,        /* ms between two looks at the progress */
    GRACE = 15 * 1000, /* ms that the other side may take longer than the transfer: others may be before us */
};

/* Room for one descriptor beside a message. */
union control {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

bool ask_send(int socket, struct span line, int fd)
{
    union control c = {0};
    struct iovec io = {.iov_base = (void *)(uintptr_t)line.p, .iov_len = line.n};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
    if (fd >= 0) {
        m.msg_control = c.room;
        m.msg_controllen = sizeof c.room;
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(h), &fd, sizeof fd);
    }
    while (io.iov_len) {
        ssize_t n = sendmsg(socket, &m, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        io.iov_base = (char *)io.iov_base + (n > 0 ? n : 0);
        io.iov_len -= n > 0 ? (size_t)n : 0;
        if (n > 0)
            m.msg_control = NULL, m.msg_controllen = 0;
    }
    return true;
}

/* Takes the first descriptor that came with a message; any further one is closed. */
static void take_fd(struct msghdr *m, int *fd)
{
    int got;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = CMSG_LEN(0); at + sizeof got <= h->cmsg_len; at += sizeof got) {
            memcpy(&got, (const char *)h + at, sizeof got);
            fcntl(got, F_SETFD, FD_CLOEXEC);
            if (fd && *fd < 0)
                *fd = got;
            else
                close(got);
        }
    }
}

static bool wait_for(int socket, int64_t until, void (*tick)(void *), void *arg)
{
    struct pollfd p = {.fd = socket, .events = POLLIN};
    for (;;) {
        int64_t left = until - clock_ms();
        if (left <= 0) {
            errno = ETIMEDOUT;
            return false;
        }
        int n = poll(&p, 1, tick && left > TICK ? TICK : (int)left);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (tick)
            tick(arg);
    }
}

bool ask_receive(int socket, struct buf *line, int *fd, int64_t until, void (*tick)(void *), void *arg)
{
    if (fd)
        *fd = -1;
    while (wait_for(socket, until, tick, arg)) {
        union control c;
        struct iovec io = {.iov_base = buf_room(line, 4096), .iov_len = 4096};
        struct msghdr m = {
            .msg_iov = &io, .msg_iovlen = 1, .msg_control = c.room, .msg_controllen = sizeof c.room};
        ssize_t n = recvmsg(socket, &m, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return false;
        take_fd(&m, fd);
        line->len += (size_t)n;
        const char *end = n ? memchr(line->p, '\n', line->len) : NULL;
        if (end) {
            line->len = (size_t)(end - line->p);
            return true;
        }
        if (!n || line->len > MEDIA_LINE) {
            errno = EPROTO;
            return false;
        }
    }
    return false;
}

struct watch {
    const struct job *job;
    void (*progress)(int64_t done, int64_t all);
};

/* The file grows while it is fetched. */
static void look(void *arg)
{
    const struct watch *w = arg;
    struct stat st;
    if (w->progress && !w->job->put && fstat(w->job->fd, &st) == 0)
        w->progress((int64_t)st.st_size, 0);
}

static void failed(struct outcome *out, const char *path, const char *why)
{
    out->status = EX_UNAVAILABLE;
    out->error.len = 0;
    buf_printf(&out->error, "ask relay-media at %s: %s", path, why);
}

void ask(const char *path, const struct job *j, struct outcome *out,
         void (*progress)(int64_t done, int64_t all))
{
    struct buf line = {0}, answer = {0};
    struct watch w = {j, progress};
    int socket = local_connect(path);
    if (socket < 0) {
        failed(out, path, strerror(errno));
        return;
    }
    job_write(&line, j);
    buf_ch(&line, '\n');
    if (!ask_send(socket, buf_as_span(&line), j->fd) ||
        !ask_receive(socket, &answer, NULL, clock_ms() + j->time + GRACE, look, &w))
        failed(out, path, errno == EPROTO ? "it ended without an answer" : strerror(errno));
    else if (!outcome_read(out, buf_as_span(&answer)))
        failed(out, path, "its answer makes no sense");
    close(socket);
    buf_free(&line);
    buf_free(&answer);
}
