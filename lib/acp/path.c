/* SPDX-License-Identifier: MIT */
/* Files of a session's directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acp/path.h"
#include "base/random.h"
#include "base/text.h"

enum { PART_MAX = 255 }; /* bytes of one part of a path */

/* Appends the parts of a path that begins with '/' or is empty. */
static const char *add_parts(struct buf *out, struct span path)
{
    const char *end = path.p + path.n;
    for (const char *p = path.p, *next; p < end; p = next + 1) {
        next = memchr(p, '/', (size_t)(end - p));
        next = next ? next : end;
        struct span part = {p, (size_t)(next - p)};
        if (!part.n || span_eq(part, "."))
            continue;
        if (span_eq(part, ".."))
            return "a path with .. in it";
        if (part.n > PART_MAX)
            return "a name in it is too long";
        if (out->len)
            buf_ch(out, '/');
        buf_span(out, part);
    }
    return NULL;
}

const char *path_inside(struct buf *relative, struct span root, struct span path)
{
    while (root.n && root.p[root.n - 1] == '/')
        root.n--;
    if (!path.n || *path.p != '/')
        return "not an absolute path";
    if (memchr(path.p, '\0', path.n))
        return "a path with a NUL in it";
    if (path.n <= root.n || (root.n && memcmp(path.p, root.p, root.n) != 0) || path.p[root.n] != '/')
        return "outside of the session's directory";
    const char *why = add_parts(relative, (struct span){path.p + root.n, path.n - root.n});
    return why || relative->len ? why : "the session's directory itself";
}

static const char *reason(void)
{
    switch (errno) {
    case ELOOP:
    case EMLINK: /* what FreeBSD says for a link */
        return "a symbolic link in its path";
    case ENOENT:
        return "no such file";
    case ENXIO:
        return "not a regular file";
    default:
        return strerror(errno);
    }
}

/* Opens one directory of a path; makes it if it is not there and `make` says so. -1: errno. */
static int step(int dir, const char *name, bool make)
{
    const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    struct stat st;
    int fd = openat(dir, name, how);
    if (fd < 0 && errno == ENOENT && make && (mkdirat(dir, name, 0777) == 0 || errno == EEXIST))
        fd = openat(dir, name, how);
    /* the system may call a link "not a directory" */
    if (fd < 0 && errno == ENOTDIR && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
        errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
    return fd;
}

/* Opens the directory that holds the file; *name is the file's own name, within `path`. -1: errno. */
static int parent(int dir, char *path, bool make, const char **name)
{
    int at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    char *p = path;
    for (char *slash; at >= 0 && (slash = strchr(p, '/')); p = slash + 1) {
        *slash = '\0';
        int next = step(at, p, make), error = errno;
        close(at);
        errno = error;
        at = next;
    }
    *name = p;
    return at;
}

static const char *read_all(struct buf *out, int fd)
{
    struct stat st;
    if (fstat(fd, &st))
        return reason();
    if (!S_ISREG(st.st_mode))
        return "not a regular file";
    size_t start = out->len;
    for (;;) {
        char *to = buf_room(out, 65536);
        ssize_t n = read(fd, to, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return reason();
        if (!n)
            break;
        out->len += (size_t)n;
        if (out->len - start > PATH_FILE_MAX)
            return "over 8 MiB";
    }
    return text_valid(out->p + start, out->len - start) ? NULL : "not UTF-8 text";
}

const char *path_read(struct buf *out, int dir, const struct buf *relative)
{
    char *path = xstrndup(relative->p, relative->len);
    const char *name, *why = NULL;
    size_t start = out->len;
    int at = parent(dir, path, false, &name);
    int fd = at < 0 ? -1 : openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    why = fd < 0 ? reason() : read_all(out, fd);
    if (why)
        out->len = start;
    if (fd >= 0)
        close(fd);
    if (at >= 0)
        close(at);
    free(path);
    return why;
}

static bool write_all(int fd, struct span text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            text = (struct span){text.p + n, text.n - (size_t)n};
    }
    return true;
}

/* Writes beside the file and renames: who reads it meanwhile sees the old text or the new one. */
static const char *replace(int at, const char *name, struct span text)
{
    struct stat st;
    struct buf temporary = {0};
    bool exists = fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (!exists && errno != ENOENT)
        return reason();
    if (exists && S_ISLNK(st.st_mode))
        return "a symbolic link in its path";
    if (exists && !S_ISREG(st.st_mode))
        return "not a regular file";
    buf_str(&temporary, ".relay-acp.");
    random_hex(&temporary, 8);
    int fd = openat(at, buf_cstr(&temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && (!exists || !fchmod(fd, st.st_mode & 0777)) && write_all(fd, text);
    int error = errno;
    if (fd >= 0 && close(fd) && ok) {
        ok = false;
        error = errno;
    }
    if (ok && renameat(at, buf_cstr(&temporary), at, name)) {
        ok = false;
        error = errno;
    }
    if (!ok && fd >= 0)
        unlinkat(at, buf_cstr(&temporary), 0);
    buf_free(&temporary);
    errno = error;
    return ok ? NULL : reason();
}

const char *path_write(int dir, const struct buf *relative, struct span text)
{
    if (text.n > PATH_FILE_MAX)
        return "over 8 MiB";
    char *path = xstrndup(relative->p, relative->len);
    const char *name;
    int at = parent(dir, path, true, &name);
    const char *why = at < 0 ? reason() : replace(at, name, text);
    if (at >= 0)
        close(at);
    free(path);
    return why;
}

struct span path_lines(struct span text, int64_t from, int64_t most)
{
    const char *p = text.p, *end = text.p + text.n;
    const char *start = NULL;
    for (int64_t line = 1; p < end; line++) {
        if (line >= from && !start)
            start = p;
        if (start && most-- <= 0)
            break;
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        p = nl ? nl + 1 : end;
    }
    return start ? (struct span){start, (size_t)(p - start)} : (struct span){end, 0};
}
