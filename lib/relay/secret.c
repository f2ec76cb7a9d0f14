/* SPDX-License-Identifier: MIT */
/* The gateway's secret. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/text.h"
#include "relay/secret.h"

enum { SECRET_MAX = 64 * 1024 };

/* From now on, no other process of the user can read our memory, and no core file holds it. */
static void stay_private(void)
{
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static bool is_under(const char *path, const char *place)
{
    char *real = place && *place ? realpath(place, NULL) : NULL;
    size_t n = real ? strlen(real) : 0;
    bool under = n > 1 && strncmp(path, real, n) == 0 && path[n] == '/';
    free(real);
    return under;
}

/* Whether nobody but root can change what stat(2) describes. */
static bool is_roots(const struct stat *st)
{
    return st->st_uid == 0 && !(st->st_mode & 022);
}

/* Whether the file of that real path was put by root into a directory that service managers and container
 * runtimes fill with secrets. Only those for whom the secret is meant can reach it, whatever its mode says.
 */
static bool is_handed_over(char *path, const struct stat *st)
{
    struct stat now, above;
    bool in_place = is_under(path, getenv("CREDENTIALS_DIRECTORY")) || is_under(path, "/run/secrets") ||
                    is_under(path, "/var/run/secrets");
    if (!in_place || stat(path, &now) || now.st_dev != st->st_dev || now.st_ino != st->st_ino)
        return false;
    *strrchr(path, '/') = '\0';
    return is_roots(st) && stat(path, &above) == 0 && is_roots(&above);
}

static int open_private(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        die(EX_NOINPUT, "open %s:", path);
    if (fstat(fd, &st))
        die(EX_NOINPUT, "stat %s:", path);
    char *real = st.st_mode & 077 ? realpath(path, NULL) : NULL;
    if (st.st_mode & 077 && !(real && is_handed_over(real, &st)))
        die(EX_CONFIG, "refuse secret file %s: open to the group or others (mode %04o)", path,
            (unsigned)(st.st_mode & 07777));
    free(real);
    return fd;
}

/* Reads to the end, and closes; name: for messages. */
static void read_all(struct buf *out, int fd, const char *name)
{
    /* Reserve all the room at once: a buffer that grows leaves copies behind. */
    char *p = buf_room(out, SECRET_MAX + 1);
    size_t n = 0;
    ssize_t k;
    while (n <= SECRET_MAX && (k = read(fd, p + n, SECRET_MAX + 1 - n)) != 0) {
        if (k < 0 && errno != EINTR)
            die(EX_NOINPUT, "read %s:", name);
        n += k > 0 ? (size_t)k : 0;
    }
    close(fd);
    if (n > SECRET_MAX)
        die(EX_NOINPUT, "read %s: larger than %d bytes", name, SECRET_MAX);
    if (n && p[n - 1] == '\n')
        n--;
    if (n && p[n - 1] == '\r')
        n--;
    if (!text_trim((struct span){p, n}).n)
        die(EX_CONFIG, "read %s: holds no secret", name);
    out->len += n;
    stay_private();
}

void secret_read(struct buf *out, const char *path)
{
    read_all(out, open_private(path), path);
}

static void read_descriptor(struct buf *out, int fd)
{
    char name[40];
    snprintf(name, sizeof name, "secret descriptor %d", fd);
    if (fcntl(fd, F_GETFD) < 0)
        die(EX_USAGE, "use --secret-fd %d:", fd);
    read_all(out, fd, name);
}

/* The service manager's credential of that name; none: nothing is appended. */
static void read_credential(struct buf *out)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    struct buf path = {0};
    if (!dir || !*dir)
        return;
    buf_printf(&path, "%s/%s", dir, SECRET_CREDENTIAL);
    if (access(buf_cstr(&path), F_OK) == 0)
        secret_read(out, buf_cstr(&path));
    buf_free(&path);
}

/* Takes the secret out of the environment and wipes its bytes, as /proc/PID/environ would still show them. */
static void take_variable(struct buf *out)
{
    char *env = getenv("GATEWAY_RELAY_SECRET");
    if (!env)
        return;
    if (out)
        buf_str(out, env);
    explicit_bzero(env, strlen(env));
    unsetenv("GATEWAY_RELAY_SECRET");
    stay_private();
}

bool secret_load(struct buf *out, const char *path, int fd)
{
    size_t from = out->len;
    bool given = path || fd >= 0;
    if (path)
        secret_read(out, path);
    else if (given)
        read_descriptor(out, fd);
    take_variable(given ? NULL : out);
    struct span all = buf_as_span(out);
    if (!given && !text_trim((struct span){all.p + from, all.n - from}).n) {
        out->len = from;
        read_credential(out);
    }
    return buf_as_span(out).n > from;
}

void secret_check_file(const char *path, const char *option, mode_t refused)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st))
        die(EX_NOINPUT, "open --%s %s:", option, path);
    close(fd);
    if (S_ISDIR(st.st_mode))
        die(EX_NOINPUT, "open --%s %s: %s", option, path, strerror(EISDIR));
    if (st.st_mode & refused)
        die(EX_CONFIG, "refuse --%s %s: open to others (mode %04o)", option, path,
            (unsigned)(st.st_mode & 07777));
}

void secret_forget(struct buf *b)
{
    if (b->p)
        explicit_bzero(b->p, b->cap);
    buf_free(b);
}
