/* SPDX-License-Identifier: MIT */
/* Who has an inbox in use. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "inbox/lock.h"

static int open_lock(const char *path, int flags)
{
    struct buf name = {0};
    struct stat st;
    buf_printf(&name, "%s-lock", path);
    int fd = open(buf_cstr(&name), flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    buf_free(&name);
    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

/* The process that holds the lock: 0, none; -1, not known which. */
static pid_t holder_of(int fd)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_GETLK, &l) || l.l_type == F_UNLCK)
        return 0;
    return l.l_pid > 0 ? l.l_pid : -1;
}

int lock_take(const char *path, pid_t *holder)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *holder = 0;
    int fd = open_lock(path, O_RDWR | O_CREAT);
    if (fd < 0 || fcntl(fd, F_SETLK, &l) == 0)
        return fd;
    int error = errno == EAGAIN || errno == EACCES ? EBUSY : errno;
    pid_t pid = holder_of(fd);
    *holder = pid > 0 ? pid : 0;
    close(fd);
    errno = error;
    return -1;
}

pid_t lock_holder(const char *path)
{
    int fd = open_lock(path, O_RDONLY);
    if (fd < 0)
        return 0;
    pid_t pid = holder_of(fd);
    close(fd);
    return pid;
}
