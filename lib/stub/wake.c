/* SPDX-License-Identifier: MIT */
/* Waking a sleeping instance. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "stub/wake.h"

enum { PATIENCE = 10000 }; /* ms for the whole call */

bool wake_url(struct wake *w, const char *url)
{
    if (strncasecmp(url, "http://", 7) != 0)
        return false;
    const char *host = url + 7, *path = host + strcspn(host, "/?#"), *colon = path;
    bool bracket = *host == '[';
    while (colon > host && *colon != ':' && *colon != ']')
        colon--;
    bool port = colon > host && *colon == ':';
    const char *end = port ? colon : path;
    if (end == host || (port && colon + 1 == path) || strpbrk(url, " \t\r\n@"))
        return false;
    w->host = bracket ? xstrndup(host + 1, (size_t)(end - host) - 2) : xstrndup(host, (size_t)(end - host));
    w->port = port ? xstrndup(colon + 1, (size_t)(path - colon) - 1) : xstrdup("80");
    w->path = xstrdup(*path == '/' ? path : "/");
    return true;
}

static void hang_up(struct wake *w)
{
    close(w->fd);
    w->fd = 0;
}

static void failed(struct wake *w, const char *what, const char *reason)
{
    info(1, "wake http://%s:%s%s: %s: %s", w->host, w->port, w->path, what, reason);
    if (w->fd)
        hang_up(w);
}

static int dial(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

void wake_call(struct wake *w)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int64_t now = clock_ms();
    if (!w->host || w->fd || now < w->next)
        return;
    w->next = now + w->cooldown;
    int error = getaddrinfo(w->host, w->port, &hints, &found);
    if (error) {
        failed(w, "look up host", gai_strerror(error));
        return;
    }
    int fd = dial(found);
    freeaddrinfo(found);
    if (fd < 0) {
        failed(w, "connect", strerror(errno));
        return;
    }
    w->fd = fd;
    w->deadline = now + PATIENCE;
    w->sent = w->request.len = 0;
    buf_printf(&w->request, "GET %s HTTP/1.1\r\nHost: %s:%s\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n",
               w->path, w->host, w->port, diag_name());
}

void wake_prepare(struct wake *w, struct pollset *ps)
{
    w->slot = -1;
    if (!w->fd)
        return;
    w->slot = pollset_add(ps, w->fd, w->sent < w->request.len ? POLLOUT : POLLIN);
    pollset_until(ps, w->deadline);
}

static void send_request(struct wake *w)
{
    ssize_t n = send(w->fd, w->request.p + w->sent, w->request.len - w->sent, MSG_NOSIGNAL);
    if (n >= 0)
        w->sent += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        failed(w, "send request", strerror(errno));
}

static void read_answer(struct wake *w)
{
    char b[64] = "";
    ssize_t n = recv(w->fd, b, sizeof b - 1, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    b[n > 0 ? strcspn(b, "\r\n") : 0] = '\0';
    info(1, "wake http://%s:%s%s: %s", w->host, w->port, w->path, n > 0 ? b : "no answer");
    hang_up(w);
}

void wake_ready(struct wake *w, const struct pollset *ps)
{
    if (!w->fd)
        return;
    if (clock_ms() >= w->deadline)
        failed(w, "wait for answer", "no answer in time");
    else if (pollset_got(ps, w->slot) && w->sent < w->request.len)
        send_request(w);
    else if (pollset_got(ps, w->slot))
        read_answer(w);
}

void wake_free(struct wake *w)
{
    if (w->fd)
        hang_up(w);
    free(w->host);
    free(w->port);
    free(w->path);
    buf_free(&w->request);
}
