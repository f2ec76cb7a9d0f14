/* SPDX-License-Identifier: MIT */
/* Where a server listens, and announcing it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "stub/listen.h"

int listen_open(const char *address, int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    inet_pton(AF_INET, address, &a.sin_addr);
    if (fd < 0)
        die(EX_OSERR, "open socket:");
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (struct sockaddr *)&a, &size))
        die(EX_UNAVAILABLE, "listen on %s:%d:", address, *port);
    *port = ntohs(a.sin_port);
    return fd;
}

int listen_accept(int listening)
{
    int fd = accept(listening, NULL, NULL);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno != EINTR)
            return false;
        p += put > 0 ? put : 0;
        n -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Replaces the file by way of a temporary name under which no one can have planted a link. */
static void replace_file(const char *path, const struct buf *line)
{
    struct buf tmp = {0};
    buf_printf(&tmp, "%s.XXXXXX", path);
    (void)buf_cstr(&tmp);
    int fd = mkstemp(tmp.p);
    bool good = fd >= 0 && write_all(fd, line->p, line->len) && !fchmod(fd, usual_mode());
    if (fd >= 0 && close(fd))
        good = false;
    if (!good || rename(tmp.p, path)) {
        int error = errno;
        if (fd >= 0)
            unlink(tmp.p);
        errno = error;
        die(EX_IOERR, "write %s:", path);
    }
    buf_free(&tmp);
}

/* False: the file is a FIFO without a reader. */
static bool write_into(const char *path, const struct buf *line)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENXIO && !stat(path, &st) && S_ISFIFO(st.st_mode))
        return false;
    if (fd < 0 || fstat(fd, &st))
        die(EX_IOERR, "write %s:", path);
    if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        die(EX_IOERR, "write %s: not a file, a FIFO or a character device", path);
    if (!write_all(fd, line->p, line->len) || close(fd))
        die(EX_IOERR, "write %s:", path);
    return true;
}

/* Whether another user made this link: it may lead anywhere. */
static bool is_foreign_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0;
}

bool listen_tell_file(const char *path, struct span url)
{
    struct stat st;
    struct buf line = {0};
    bool done = true;
    if (is_foreign_link(path))
        die(EX_IOERR, "write %s: it is a link of another user", path);
    buf_span(&line, url);
    buf_ch(&line, '\n');
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        done = write_into(path, &line);
    else
        replace_file(path, &line);
    buf_free(&line);
    return done;
}

static bool is_file(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

_Noreturn static void wait_for_child(int fd, pid_t child)
{
    FILE *f = fdopen(fd, "r");
    char url[512];
    int status;
    if (f && fscanf(f, "%511s", url) == 1) {
        printf("%s %ld\n", url, (long)child);
        if (fflush(stdout) || ferror(stdout))
            die(EX_IOERR, "write stdout:");
        exit(EX_OK);
    }
    if (waitpid(child, &status, 0) == child && WIFEXITED(status))
        exit(WEXITSTATUS(status));
    die(EX_OSERR, "start in the background: the process was killed");
}

int listen_detach(void)
{
    int ends[2];
    if (pipe(ends))
        die(EX_OSERR, "create pipe:");
    pid_t child = fork();
    if (child < 0)
        die(EX_OSERR, "start in the background:");
    if (child) {
        close(ends[1]);
        wait_for_child(ends[0], child);
    }
    close(ends[0]);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    setsid();
    return ends[1];
}

void listen_tell_parent(int fd, struct span url)
{
    struct buf line = {0};
    buf_span(&line, url);
    buf_ch(&line, '\n');
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || !write_all(fd, line.p, line.len))
        die(EX_OSERR, "report to the parent:");
    close(fd);
    if ((isatty(STDIN_FILENO) && dup2(null, STDIN_FILENO) < 0) || dup2(null, STDOUT_FILENO) < 0 ||
        (!is_file(STDERR_FILENO) && dup2(null, STDERR_FILENO) < 0))
        die(EX_OSERR, "let go of the terminal:");
    if (null > STDERR_FILENO)
        close(null);
    buf_free(&line);
}
