/* SPDX-License-Identifier: MIT */
/* Where a fetched file goes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/place.h"

enum { NAMES_MOST = 1000 }; /* numbers tried for a name */

static const char *volatile doomed; /* the temporary file to be removed by a signal; NULL: none */

static void on_signal(int number)
{
    if (doomed)
        unlink(doomed);
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_signals(void)
{
    static const int deadly[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        struct sigaction now, ours = {.sa_handler = on_signal};
        sigemptyset(&ours.sa_mask);
        if (sigaction(deadly[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(deadly[i], &ours, NULL);
    }
}

bool place_open(struct place *p, const char *dir)
{
    const char *tmp = getenv("TMPDIR");
    *p = (struct place){.fd = -1};
    buf_printf(&p->temp, "%s/.relay-media-XXXXXX", dir ? dir : tmp && *tmp ? tmp : "/tmp");
    (void)buf_cstr(&p->temp);
    p->fd = mkstemp(p->temp.p);
    if (p->fd < 0) {
        buf_free(&p->temp);
        return false;
    }
    fcntl(p->fd, F_SETFD, FD_CLOEXEC);
    if (!dir) {
        unlink(p->temp.p);
        p->temp.len = 0;
        return true;
    }
    watch_signals();
    doomed = p->temp.p;
    return true;
}

static void named(struct place *p)
{
    doomed = NULL;
    p->temp.len = 0;
}

/* For file systems without hard links. */
static bool reserve_and_rename(struct place *p, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    close(fd);
    if (rename(p->temp.p, path) == 0)
        return true;
    int error = errno;
    unlink(path);
    errno = error;
    return false;
}

bool place_name(struct place *p, const char *path, bool over)
{
    bool ok;
    if (fsync(p->fd) && errno != EINVAL && errno != EROFS)
        return false;
    if (over) {
        ok = rename(p->temp.p, path) == 0;
    } else {
        ok = link(p->temp.p, path) == 0;
        if (ok)
            unlink(p->temp.p);
        else if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK)
            ok = reserve_and_rename(p, path);
    }
    if (ok)
        named(p);
    return ok;
}

static void make_path(struct buf *path, const char *dir, struct span name, int number)
{
    const char *dot = memchr(name.p, '.', name.n);
    for (const char *d = dot; d; d = memchr(d + 1, '.', (size_t)(name.p + name.n - d - 1)))
        dot = d;
    size_t stem = dot ? (size_t)(dot - name.p) : name.n;
    buf_printf(path, "%s/%.*s", dir, (int)stem, name.p);
    if (number > 1)
        buf_printf(path, "-%d", number);
    buf_add(path, name.p + stem, name.n - stem);
}

bool place_name_in(struct place *p, const char *dir, struct span name, bool over, struct buf *path)
{
    size_t from = path->len;
    for (int n = 1; n < NAMES_MOST; n++) {
        path->len = from;
        make_path(path, dir, name, n);
        if (place_name(p, buf_cstr(path) + from, over))
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

bool place_copy(const struct place *p, int to)
{
    char chunk[65536];
    off_t at = 0;
    for (ssize_t n; (n = pread(p->fd, chunk, sizeof chunk, at)) != 0; at += n) {
        if (n < 0 && errno == EINTR)
            n = 0;
        if (n < 0)
            return false;
        for (ssize_t put = 0, k; put < n; put += k) {
            k = write(to, chunk + put, (size_t)(n - put));
            if (k < 0 && errno != EINTR)
                return false;
            k = k < 0 ? 0 : k;
        }
    }
    return true;
}

void place_close(struct place *p)
{
    if (p->fd < 0)
        return;
    if (p->temp.len)
        unlink(p->temp.p);
    doomed = NULL;
    close(p->fd);
    buf_free(&p->temp);
    p->fd = -1;
}
