/* SPDX-License-Identifier: MIT */
/* The gateway's secret. */
#include <errno.h>
#include <fcntl.h>
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

static int open_private(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        die(EX_NOINPUT, "open %s:", path);
    if (fstat(fd, &st))
        die(EX_NOINPUT, "stat %s:", path);
    if (st.st_mode & 077)
        die(EX_CONFIG, "refuse secret file %s: open to the group or others (mode %04o)", path,
            (unsigned)(st.st_mode & 07777));
    return fd;
}

void secret_read(struct buf *out, const char *path)
{
    int fd = open_private(path);
    /* Reserve all the room at once: a buffer that grows leaves copies behind. */
    char *p = buf_room(out, SECRET_MAX + 1);
    size_t n = 0;
    ssize_t k;
    while (n <= SECRET_MAX && (k = read(fd, p + n, SECRET_MAX + 1 - n)) != 0) {
        if (k < 0 && errno != EINTR)
            die(EX_NOINPUT, "read %s:", path);
        n += k > 0 ? (size_t)k : 0;
    }
    close(fd);
    if (n > SECRET_MAX)
        die(EX_NOINPUT, "read %s: larger than %d bytes", path, SECRET_MAX);
    if (n && p[n - 1] == '\n')
        n--;
    if (n && p[n - 1] == '\r')
        n--;
    if (!text_trim((struct span){p, n}).n)
        die(EX_CONFIG, "read %s: holds no secret", path);
    out->len += n;
    stay_private();
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

bool secret_load(struct buf *out, const char *path)
{
    size_t from = out->len;
    if (path)
        secret_read(out, path);
    take_variable(path ? NULL : out);
    struct span all = buf_as_span(out);
    return text_trim((struct span){all.p + from, all.n - from}).n > 0;
}

void secret_forget(struct buf *b)
{
    if (b->p)
        explicit_bzero(b->p, b->cap);
    buf_free(b);
}
