/* SPDX-License-Identifier: MIT */
/* Removing a directory with all that is in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/remove.h"

enum { DEEPEST = 64 };

static bool remove_at(int at, const char *name, int depth);

/* Removes what is in an open directory, and closes it. */
static bool empty_directory(int fd, int depth)
{
    DIR *d = fdopendir(fd);
    bool ok = true;
    int error = 0;
    if (!d) {
        close(fd);
        return false;
    }
    for (const struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || remove_at(fd, e->d_name, depth))
            continue;
        error = errno;
        ok = false;
    }
    closedir(d);
    errno = error;
    return ok;
}

static bool remove_at(int at, const char *name, int depth)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR && errno != EPERM)
        return false;
    if (depth == DEEPEST) {
        errno = ELOOP;
        return false;
    }
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || !empty_directory(fd, depth + 1))
        return false;
    return unlinkat(at, name, AT_REMOVEDIR) == 0;
}

bool remove_tree(const char *path)
{
    return remove_at(AT_FDCWD, path, 0);
}
