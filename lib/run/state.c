/* SPDX-License-Identifier: MIT */
/* Directories of sessions. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/session.h"
#include "run/state.h"

static int make(const char *path)
{
    struct stat st;
    if (mkdir(path, S_IRWXU) == 0)
        return 0;
    if (errno != EEXIST || lstat(path, &st))
        return errno;
    if (!S_ISDIR(st.st_mode))
        return ENOTDIR;
    return st.st_uid == geteuid() ? 0 : EPERM;
}

char *state_open(const char *dir)
{
    struct stat st;
    if (mkdir(dir, S_IRWXU) && errno != EEXIST)
        return NULL;
    if (stat(dir, &st))
        return NULL;
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return NULL;
    }
    if (st.st_mode & S_IWOTH) { /* somebody could put a link in the place of a session's directory */
        errno = EPERM;
        return NULL;
    }
    return access(dir, W_OK | X_OK) ? NULL : realpath(dir, NULL);
}

int state_make(struct buf *path, const char *dir, const struct turn *t)
{
    buf_printf(path, "%s/", dir);
    session_id(path, buf_as_span(&t->key));
    return make(buf_cstr(path));
}
