/* SPDX-License-Identifier: MIT */
/* A file that is kept up to date. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/kept.h"

enum { KEPT_EVERY = 1000 }; /* ms */

void kept_check(const struct kept *k)
{
    struct stat st;
    if (k->path && lstat(k->path, &st) == 0 && !S_ISREG(st.st_mode))
        die(EX_CONFIG, "write --%s %s: not a regular file", k->option, k->path);
}

void kept_prepare(const struct kept *k, struct pollset *ps)
{
    if (k->path && k->stale)
        pollset_until(ps, k->next);
}

bool kept_due(struct kept *k)
{
    k->stale = true;
    return k->path && clock_ms() >= k->next;
}

/* Replaces the file. The temporary name is ours: no other file of the user is touched. */
static bool replace(const char *path, struct span text)
{
    struct buf name = {0};
    mode_t mask = umask(077);
    umask(mask);
    buf_printf(&name, "%s.XXXXXX", path);
    char *temporary = xstrdup(buf_cstr(&name));
    int fd = mkstemp(temporary);
    bool ok = fd >= 0 && fchmod(fd, 0644 & ~mask) == 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok && fd >= 0) {
        int why = errno;
        unlink(temporary);
        errno = why;
    }
    free(temporary);
    buf_free(&name);
    return ok;
}

static bool put(struct kept *k, struct span head, struct span text)
{
    struct buf whole = {0};
    buf_span(&whole, head);
    buf_span(&whole, text);
    bool ok = replace(k->path, buf_as_span(&whole)), first = !ok && !k->failed;
    if (first)
        complain("write --%s %s:", k->option, k->path);
    k->failed = !ok;
    buf_free(&whole);
    return !first;
}

bool kept_write(struct kept *k, struct span head, struct span text)
{
    k->stale = false;
    k->next = clock_ms() + KEPT_EVERY;
    if (span_same(text, buf_as_span(&k->last)))
        return true;
    bool told = put(k, head, text);
    if (!k->failed) {
        k->last.len = 0;
        buf_span(&k->last, text);
    }
    return told;
}

void kept_free(struct kept *k)
{
    buf_free(&k->last);
}
