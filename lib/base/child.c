/* SPDX-License-Identifier: MIT */
/* A COMMAND in a separate session. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/child.h"

extern char **environ;

static int find_file(const char *path)
{
    struct stat st;
    if (stat(path, &st))
        return errno == EACCES ? EACCES : ENOENT;
    return S_ISREG(st.st_mode) && access(path, X_OK) == 0 ? 0 : EACCES;
}

/* Appends the path of the file that a search of PATH finds for a name. Returns 0, ENOENT or EACCES. */
static int find_path(struct buf *path, const char *name)
{
    if (strchr(name, '/')) {
        buf_str(path, name);
        return find_file(buf_cstr(path));
    }
    const char *dirs = getenv("PATH");
    int error = ENOENT;
    for (const char *p = dirs ? dirs : "/bin:/usr/bin", *end = p; *name && *end; p = end + 1) {
        end = p + strcspn(p, ":");
        path->len = 0;
        buf_printf(path, "%.*s%s%s", (int)(end - p), p, end > p ? "/" : "./", name);
        int e = find_file(buf_cstr(path));
        if (!e)
            return 0;
        if (e == EACCES)
            error = e;
    }
    return error;
}

int child_find(const char *name)
{
    struct buf path = {0};
    int error = find_path(&path, name);
    buf_free(&path);
    return error;
}

static void shut(int *fds)
{
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int open_pipe(int *fds, int ours)
{
    if (pipe(fds))
        return errno;
    for (int i = 0; i < 2; i++)
        if (fcntl(fds[i], F_SETFD, FD_CLOEXEC))
            return errno;
    return fcntl(fds[ours], F_SETFL, O_NONBLOCK) ? errno : 0;
}

static bool die_with(int death, pid_t parent)
{
#ifdef __linux__
    if (death && prctl(PR_SET_PDEATHSIG, (unsigned long)death))
        return false;
#endif
    return !death || getppid() == parent;
}

/* In the child: makes the pipe ends descriptors 0 and 1, whatever numbers they have. */
static bool take_ends(int in, int out)
{
    int fd = out == STDIN_FILENO ? fcntl(out, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : out;
    if (fd < 0 || (in == STDIN_FILENO ? fcntl(in, F_SETFD, 0) : dup2(in, STDIN_FILENO)) < 0)
        return false;
    return (fd == STDOUT_FILENO ? fcntl(fd, F_SETFD, 0) : dup2(fd, STDOUT_FILENO)) >= 0;
}

enum { GUARDED = 4096 }; /* descriptors; those above are not inherited, either */
static bool guarded;
static int inherited[GUARDED], n_inherited;

void child_guard(void)
{
    guarded = true;
    n_inherited = 0;
    for (int fd = STDERR_FILENO + 1; fd < GUARDED; fd++)
        if (fcntl(fd, F_GETFD) == 0)
            inherited[n_inherited++] = fd;
}

static void hide_all(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    for (int fd = STDERR_FILENO + 1; fd < GUARDED; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* In the child. */
static void hide_others(void)
{
    if (!guarded)
        return;
    hide_all();
    for (int i = 0; i < n_inherited; i++)
        fcntl(inherited[i], F_SETFD, 0);
}

/* What the child is to become. error: why that failed; written by the child, which shares our memory. */
struct start {
    int in, out, death;
    pid_t parent;
    char *const *argv;
    volatile int error;
};

_Noreturn static void become(struct start *s)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (setsid() < 0 || !die_with(s->death, s->parent) || !take_ends(s->in, s->out)) {
        s->error = errno ? errno : ESRCH;
        _exit(127);
    }
    hide_others();
    execvp(s->argv[0], s->argv);
    s->error = errno;
    _exit(127);
}

/* vfork(2): our memory is not copied, and we see the child's error. No signal may reach our handlers in the
 * child. */
static int spawn(pid_t *pid, struct start *s)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    s->parent = getpid();
    pid_t child = vfork();
    int error = errno;
    if (child == 0)
        become(s);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0)
        return error;
    if (s->error)
        waitpid(child, NULL, 0);
    else
        *pid = child;
    return s->error;
}

int child_start(struct child *c, char *const argv[], char *const envp[], int death)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    *c = (struct child){.in = -1, .out = -1};
    int error = open_pipe(in, 1);
    if (!error)
        error = open_pipe(out, 0);
    if (!error) {
        struct start s = {.in = in[0], .out = out[1], .death = death, .argv = argv};
        char **ours = environ;
        if (envp)
            environ = (char **)envp;
        error = spawn(&c->pid, &s);
        environ = ours;
    }
    c->group = c->pid;
    if (error) {
        shut(in);
        shut(out);
        return error;
    }
    close(in[0]);
    close(out[1]);
    c->in = in[1];
    c->out = out[0];
    return 0;
}

void child_kill(const struct child *c, int signal)
{
    pid_t who = -c->group;
    if (!who)
        return;
    if (kill(who, signal)) {
        who = c->pid; /* it has left its group, or nobody is left */
        if (!who || kill(who, signal))
            return;
    }
    if (signal == SIGTERM)
        kill(who, SIGCONT);
}

bool child_alive(const struct child *c)
{
    /* While any process is in the group, its number is not given to a new process. */
    return c->pid || (c->group && (kill(-c->group, 0) == 0 || errno == EPERM));
}

bool child_reap(struct child *c, int *status)
{
    int w;
    if (!c->pid || waitpid(c->pid, &w, WNOHANG) != c->pid)
        return false;
    c->pid = 0;
    *status = WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
    return true;
}

int child_start_status(int error)
{
    return error == ENOENT ? 127 : 126;
}
