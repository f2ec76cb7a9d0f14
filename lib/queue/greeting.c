/* SPDX-License-Identifier: MIT */
/* The line with which a NATS server greets each client. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "queue/greeting.h"

/* The member is looked for as text: reading JSON could run out of memory, and this thread must not end the
 * process. */
bool greeting_read(char *version, size_t room, struct span line)
{
    static const char member[] = "\"version\"", fine[] = "0123456789abcdefghijklmnopqrstuvwxyz.-+_";
    const size_t skip = sizeof member - 1;
    version[0] = '\0';
    if (line.n < 5 || memcmp(line.p, "INFO ", 5) != 0)
        return false;
    for (size_t i = 5; i + skip < line.n; i++) {
        if (memcmp(line.p + i, member, skip) != 0)
            continue;
        size_t n = 0;
        const char *p = line.p + i + skip, *end = line.p + line.n;
        while (p < end && *p && strchr(": \t", *p))
            p++;
        if (p == end || *p++ != '"')
            return false;
        while (p + n < end && p[n] && strchr(fine, p[n] | (p[n] >= 'A' && p[n] <= 'Z' ? 0x20 : 0)))
            n++;
        if (!n || n > 63 || n >= room || p + n == end || p[n] != '"')
            return false;
        memcpy(version, p, n);
        version[n] = '\0';
        return true;
    }
    return false;
}

bool greeting_at_least(const char *version, int major, int minor, int patch)
{
    const long want[] = {major, minor, patch};
    const char *p = version;
    for (size_t i = 0; i < 3; i++) {
        char *end;
        if (*p < '0' || *p > '9')
            return true;
        long have = strtol(p, &end, 10);
        if (have != want[i])
            return have > want[i];
        p = *end == '.' ? end + 1 : end;
    }
    return true;
}

/* Waits until the descriptor is ready, or until that moment. */
static bool ready(int fd, short events, int64_t until)
{
    for (;;) {
        int64_t left = until - clock_ms();
        struct pollfd p = {fd, events, 0};
        int n = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (n > 0 || n == 0 || errno != EINTR)
            return n > 0;
    }
}

static int connect_one(const struct addrinfo *a, int64_t until)
{
    int error = 0;
    socklen_t size = sizeof error;
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (fd < 0)
        return -1;
    if (connect(fd, a->ai_addr, a->ai_addrlen) && errno != EINPROGRESS)
        error = errno;
    else if (!ready(fd, POLLOUT, until) || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
        error = ETIMEDOUT;
    if (!error)
        return fd;
    close(fd);
    return -1;
}

static int connect_host(const char *host, const char *port, int64_t until)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *all;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &all))
        return -1;
    for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next)
        fd = connect_one(a, until);
    freeaddrinfo(all);
    return fd;
}

/* Splits SCHEME://LOGIN@HOST:PORT/… in place. */
static const char *split(char *url, const char **port)
{
    char *at = strrchr(url, '@'), *host = strstr(url, "://");
    host = at ? at + 1 : host ? host + 3 : url;
    host[strcspn(host, "/")] = '\0';
    char *bracket = strrchr(host, ']'), *colon = strrchr(bracket ? bracket : host, ':');
    *port = colon ? colon + 1 : "4222";
    if (colon)
        *colon = '\0';
    if (bracket && *host == '[') {
        *bracket = '\0';
        host++;
    }
    return host;
}

void greeting_version(char *version, size_t room, const char *url, int ms)
{
    char copy[1024], line[GREETING_MAX] = "";
    const char *port, *host;
    size_t n = 0;
    int64_t until = clock_ms() + ms;
    version[0] = '\0';
    snprintf(copy, sizeof copy, "%s", url);
    host = split(copy, &port);
    int fd = connect_host(host, port, until);
    while (fd >= 0 && n < sizeof line && !memchr(line, '\n', n) && ready(fd, POLLIN, until)) {
        ssize_t k = read(fd, line + n, sizeof line - n);
        if (k == 0 || (k < 0 && errno != EINTR && errno != EAGAIN))
            break;
        n += k > 0 ? (size_t)k : 0;
    }
    if (fd >= 0)
        close(fd);
    explicit_bzero(copy, sizeof copy);
    greeting_read(version, room, (struct span){line, n});
}
