/* SPDX-License-Identifier: MIT */
/* What a service manager is told. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/notify.h"
#include "base/num.h"

/* Takes a variable out of the environment; the copy is the caller's. NULL: it is not set. */
static char *take(const char *name)
{
    const char *value = getenv(name);
    char *copy = value ? xstrdup(value) : NULL;
    unsetenv(name);
    return copy;
}

static void read_watchdog(struct notify *n)
{
    char *usec = take("WATCHDOG_USEC"), *pid = take("WATCHDOG_PID");
    int64_t us = 0, who = getpid();
    bool ours = !pid || (number_parse(pid, 1, INT_MAX, &who) && who == getpid());
    if (n->fd >= 0 && usec && ours && number_parse(usec, 1, INT64_MAX, &us))
        n->watchdog = us < 2000 ? 1 : us / 2000;
    free(usec);
    free(pid);
}

/* False: the address is not a path, nor the name of an abstract socket. */
static bool read_address(struct notify *n, const char *name)
{
    size_t len = strlen(name);
    if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof n->to.sun_path)
        return false;
    n->to.sun_family = AF_UNIX;
    memcpy(n->to.sun_path, name, len);
    if (*name == '@')
        n->to.sun_path[0] = '\0';
    n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return true;
}

void notify_open(struct notify *n)
{
    *n = (struct notify){.fd = -1};
    char *name = take("NOTIFY_SOCKET");
    if (name && *name && !read_address(n, name))
        complain("use NOTIFY_SOCKET %s: neither a path nor an abstract name", name);
    else if (name && *name)
        n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    free(name);
    read_watchdog(n);
}

void notify_prepare(const struct notify *n, struct pollset *ps)
{
    if (n->fd < 0)
        return;
    pollset_until(ps, n->stale ? n->next : n->next + NOTIFY_LOOK);
    if (n->failed)
        return;
    if (n->watchdog)
        pollset_until(ps, n->watchdog_at);
    if (n->stopping)
        pollset_until(ps, n->extend_at);
}

bool notify_due(struct notify *n, bool ready, bool stopping)
{
    int64_t now = clock_ms();
    if (n->fd < 0)
        return false;
    n->stale = true;
    if (now >= n->next || n->failed)
        return now >= n->next;
    return (ready && !n->ready) || (stopping && !n->stopping) || (n->watchdog && now >= n->watchdog_at) ||
           (n->stopping && now >= n->extend_at);
}

/* Says so once when the manager cannot be reached; a full queue is no reason to. */
static bool send_all(struct notify *n, const struct buf *text)
{
    bool ok = sendto(n->fd, text->p, text->len, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&n->to,
                     n->to_len) >= 0;
    if (!ok && !n->failed && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
        complain("notify the service manager:");
    n->failed = !ok;
    return ok;
}

void notify_tell(struct notify *n, bool ready, bool stopping, struct span words)
{
    struct buf text = {0};
    int64_t now = clock_ms();
    bool extend = stopping && now >= n->extend_at, alive = n->watchdog && now >= n->watchdog_at;
    if (ready && !n->ready)
        buf_str(&text, "READY=1\n");
    if (stopping && !n->stopping)
        buf_str(&text, "STOPPING=1\n");
    if (extend)
        buf_printf(&text, "EXTEND_TIMEOUT_USEC=%d000000\n", NOTIFY_MORE_S);
    if (alive)
        buf_str(&text, "WATCHDOG=1\n");
    if (!span_same(words, buf_as_span(&n->last)))
        buf_printf(&text, "STATUS=%.*s\n", (int)words.n, words.p);
    n->next = now + NOTIFY_EVERY;
    n->stale = false;
    if (text.len && send_all(n, &text)) {
        n->ready |= ready;
        n->stopping |= stopping;
        n->extend_at = extend ? now + NOTIFY_EXTEND : n->extend_at;
        n->watchdog_at = alive ? now + n->watchdog : n->watchdog_at;
        n->last.len = 0;
        buf_span(&n->last, words);
    }
    n->stale = n->failed;
    buf_free(&text);
}

void notify_reloaded(struct notify *n)
{
    struct buf text = {0};
    if (n->fd < 0 || !n->ready)
        return;
    buf_printf(&text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "000\n", clock_ms());
    if (send_all(n, &text)) {
        text.len = 0;
        buf_str(&text, "READY=1\n");
        n->ready = send_all(n, &text); /* if not, it is told again */
    }
    buf_free(&text);
}

void notify_close(struct notify *n, int status)
{
    struct buf text = {0};
    const char *meaning = exit_meaning(status);
    if (n->fd < 0)
        return;
    if (status == EX_OK)
        buf_str(&text, "STATUS=done\n");
    else
        buf_printf(&text, "STATUS=exit status %d: %s\n", status, meaning ? meaning : "COMMAND's own");
    send_all(n, &text);
    close(n->fd);
    buf_free(&text);
    buf_free(&n->last);
}
