/* SPDX-License-Identifier: MIT */
/* Unix sockets. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/local.h"

enum { LOCK_TRIES = 50, LOCK_WAIT = 20 }; /* ms between two */

static bool set_path(struct sockaddr_un *a, const char *path)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(a->sun_path, path, strlen(path));
    return true;
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

int local_connect(const char *path)
{
    struct sockaddr_un a;
    int fd = set_path(&a, path) ? new_socket() : -1;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a)) {
        int error = errno;
        close(fd);
        errno = error;
        fd = -1;
    }
    return fd;
}

/* Removes a socket of ours that nobody listens on. False: something else is there (errno). */
static bool remove_stale(const char *path)
{
    struct stat st;
    if (lstat(path, &st))
        return errno == ENOENT;
    if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid()) {
        errno = S_ISSOCK(st.st_mode) ? EPERM : EEXIST;
        return false;
    }
    int fd = local_connect(path);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 || errno != ECONNREFUSED) {
        errno = fd >= 0 ? EADDRINUSE : errno;
        return false;
    }
    return unlink(path) == 0;
}

/* Of two processes that find a stale socket at the same time, one goes first: the directory is locked.
 * Whoever can read the directory can lock it, too, and who keeps it locked keeps nobody out for long. */
static int lock_directory(const char *path)
{
    char *copy = xstrdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    for (int i = 0; fd >= 0 && i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB); i++)
        poll(NULL, 0, LOCK_WAIT);
    return fd;
}

static bool listen_on(struct local *l, const struct sockaddr_un *a)
{
    struct stat st;
    mode_t mask = umask(0177);
    bool ok = bind(l->fd, (const struct sockaddr *)a, sizeof *a) == 0;
    umask(mask);
    if (!ok || lstat(l->path, &st) || listen(l->fd, SOMAXCONN) || fcntl(l->fd, F_SETFL, O_NONBLOCK))
        return false;
    l->dev = st.st_dev;
    l->ino = st.st_ino;
    return true;
}

bool local_open(struct local *l, const char *path)
{
    struct sockaddr_un a;
    *l = (struct local){.fd = -1};
    int lock = set_path(&a, path) ? lock_directory(path) : -1;
    if (lock < 0)
        return false;
    l->path = xstrdup(path);
    bool ok = remove_stale(path) && (l->fd = new_socket()) >= 0 && listen_on(l, &a);
    int error = errno;
    close(lock);
    if (!ok && l->fd >= 0)
        close(l->fd);
    if (!ok) {
        free(l->path);
        l->path = NULL;
        l->fd = -1;
    }
    errno = error;
    return ok;
}

/* The file's mode keeps others out as well, on systems that look at it. */
static bool is_ours(int fd)
{
#ifdef __linux__
    struct {
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } peer; /* struct ucred, which only GNU's headers have */
    socklen_t n = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) || peer.uid == geteuid() || peer.uid == 0;
#else
    (void)fd;
    return true;
#endif
}

int local_accept(const struct local *l)
{
    int fd = accept(l->fd, NULL, NULL);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (is_ours(fd))
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

void local_close(struct local *l)
{
    struct stat st;
    if (!l->path)
        return;
    if (lstat(l->path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino)
        unlink(l->path);
    close(l->fd);
    free(l->path);
    *l = (struct local){.fd = -1};
}
