/* SPDX-License-Identifier: MIT */
/* The relay-media that has the secret. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/local.h"
#include "base/num.h"
#include "base/sig.h"
#include "media/ask.h"
#include "media/serve.h"

enum {
    ACCEPT_WAIT = 200, /* ms until the next try when no client can be accepted */
    JOBS_MOST = 8,     /* at once; more wait in the socket's queue */
    JOB_WAIT = 5000,   /* ms for a client to say what it wants */
    PARENT_LOOK = 250, /* ms between two looks for COMMAND, on systems that do not say when it ends */
};

/* A signal to all processes of a service is COMMAND's to act on: its ring still needs us while it drains. */
static int set_signals(void)
{
    static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};
    static const int caught[] = {SIGUSR1, SIGCHLD, 0};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    return sig_open(caught);
}

#ifdef __linux__
enum { SAYS_SO = 1 };
static void die_with_parent(int number)
{
    prctl(PR_SET_PDEATHSIG, (unsigned long)number);
}
#else
enum { SAYS_SO = 0 };
static void die_with_parent(int number)
{
    (void)number;
}
#endif

static bool is_regular(int fd)
{
    struct stat st;
    return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* In a child of its own: does one job. */
_Noreturn static void work(int socket, const struct transfer_options *o)
{
    struct job j = {.fd = -1};
    struct outcome out = {0};
    struct buf line = {0};
    die_with_parent(SIGKILL);
    if (!ask_receive(socket, &line, &j.fd, clock_ms() + JOB_WAIT, NULL, NULL))
        _exit(0);
    if (job_read(&j, buf_as_span(&line)) && is_regular(j.fd)) {
        j.time = j.time < MEDIA_TIME ? j.time : MEDIA_TIME;
        transfer(o, &j, &out, NULL);
    } else {
        out.status = EX_USAGE;
        buf_str(&out.error, "not a job with a file");
    }
    line.len = 0;
    outcome_write(&line, &out);
    buf_ch(&line, '\n');
    if (!ask_send(socket, buf_as_span(&line), -1))
        _exit(1);
    _exit(0);
}

static void reap(int *jobs)
{
    while (*jobs && waitpid(-1, NULL, WNOHANG) > 0)
        --*jobs;
}

static void start(const struct local *l, const struct transfer_options *o, int *jobs)
{
    int socket = local_accept(l);
    if (socket < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != EPERM)
        poll(NULL, 0, ACCEPT_WAIT); /* descriptors are short: not again at once */
    if (socket < 0)
        return;
    pid_t child = fork();
    if (child == 0)
        work(socket, o);
    if (child < 0)
        complain("start a transfer:");
    else
        ++*jobs;
    close(socket);
}

/* Serves until COMMAND, our parent, has ended, which the system says by SIGUSR1 if it can. */
static void serve_all(struct local *l, const struct transfer_options *o, pid_t parent, int signals)
{
    int jobs = 0;
    die_with_parent(SIGUSR1);
    while (getppid() == parent) {
        struct pollfd p[] = {{signals, POLLIN, 0}, {jobs < JOBS_MOST ? l->fd : -1, POLLIN, 0}};
        int n = poll(p, 2, SAYS_SO ? -1 : PARENT_LOOK);
        if (n > 0 && p[0].revents)
            while (sig_next())
                ;
        reap(&jobs);
        if (n > 0 && p[1].revents)
            start(l, o, &jobs);
    }
}

/* A directory of our own for a socket; appends the socket's path. */
static void make_path(struct buf *path)
{
    const char *dir = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
    dir = dir && *dir ? dir : tmp && *tmp ? tmp : "/tmp";
    buf_printf(path, "%s/relay-media-XXXXXX", dir);
    (void)buf_cstr(path);
    if (!mkdtemp(path->p))
        die(EX_OSERR, "make directory %s:", path->p);
    buf_str(path, "/socket");
}

static void remove_path(struct buf *path)
{
    char *slash = strrchr(path->p, '/');
    *slash = '\0';
    rmdir(path->p);
}

static void open_socket(struct local *l, const char *path)
{
    if (local_open(l, path))
        return;
    if (errno == EADDRINUSE)
        die(EX_CONFIG, "listen on %s: another process listens there", path);
    if (errno == EEXIST)
        die(EX_CONFIG, "listen on %s: it exists and is not a socket", path);
    die(EX_OSERR, "listen on %s:", path);
}

/* What COMMAND inherits is not ours to hold open. All that we have opened has FD_CLOEXEC. */
static void close_inherited(void)
{
    DIR *d = opendir("/dev/fd");
    int64_t fd;
    if (!d)
        return;
    for (const struct dirent *e; (e = readdir(d));)
        if (number_parse(e->d_name, STDERR_FILENO + 1, INT_MAX, &fd) && fcntl((int)fd, F_GETFD) == 0)
            close((int)fd);
    closedir(d);
}

/* The child: serves, and says on `ready` that it does. */
_Noreturn static void be_server(struct local *l, struct buf *own, struct transfer_options *o,
                                void (*load)(struct transfer_options *o), pid_t parent, int ready)
{
    close_inherited();
    int signals = set_signals(), null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        die(EX_OSERR, "open /dev/null:");
    load(o);
    http_start();
    if (write(ready, "", 1) != 1)
        _exit(EX_OSERR);
    close(ready);
    serve_all(l, o, parent, signals);
    local_close(l);
    if (own->len)
        remove_path(own);
    _exit(0);
}

/* Waits until the child serves; false: it has ended, with *status. */
static bool is_ready(int fd, pid_t child, int *status)
{
    char c;
    ssize_t n;
    int w = 0;
    while ((n = read(fd, &c, 1)) < 0 && errno == EINTR)
        ;
    close(fd);
    if (n == 1)
        return true;
    while (waitpid(child, &w, 0) < 0 && errno == EINTR)
        ;
    *status = WIFEXITED(w) ? WEXITSTATUS(w) : EX_OSERR;
    return false;
}

int serve(const char *path, char *const *command, struct transfer_options *o,
          void (*load)(struct transfer_options *o))
{
    struct buf own = {0};
    struct local l;
    int ready[2], status = EX_OSERR;
    pid_t us = getpid();
    int error = child_find(command[0]);
    if (error)
        die(child_start_status(error), "run %s: %s", command[0], strerror(error));
    if (!path)
        make_path(&own);
    open_socket(&l, path ? path : buf_cstr(&own));
    if (pipe(ready))
        die(EX_OSERR, "open pipe:");
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    fcntl(ready[1], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child < 0)
        die(EX_OSERR, "start a process:");
    if (child == 0)
        be_server(&l, &own, o, load, us, ready[1]);
    close(ready[1]);
    if (is_ready(ready[0], child, &status) && setenv("RELAY_MEDIA_SOCKET", l.path, 1) == 0) {
        execvp(command[0], command);
        status = child_start_status(errno);
        complain("run %s:", command[0]);
    }
    local_close(&l);
    if (own.len)
        remove_path(&own);
    buf_free(&own);
    return status;
}
