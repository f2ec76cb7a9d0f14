/* SPDX-License-Identifier: MIT */
/* A COMMAND in its own process group. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* Appends the path of the file that PATH has for a name. Returns 0, ENOENT or EACCES. */
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
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    fcntl(fds[ours], F_SETFL, O_NONBLOCK);
    return 0;
}

static int spawn(pid_t *pid, int in, int out, char *const argv[], char *const envp[])
{
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    int error = posix_spawnp(pid, argv[0], &files, &attr, argv, envp ? envp : environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return error;
}

/* A script that does not say what runs it is the shell's, as with execvp(3). */
static int spawn_script(pid_t *pid, int in, int out, char *const argv[], char *const envp[])
{
    struct buf path = {0};
    size_t n = 0;
    while (argv[n])
        n++;
    char **words = xcalloc(n + 2, sizeof *words);
    int error = find_path(&path, argv[0]);
    words[0] = (char[]){"/bin/sh"};
    words[1] = path.p;
    memcpy(words + 2, argv + 1, n * sizeof *words);
    if (!error)
        error = spawn(pid, in, out, words, envp);
    free(words);
    buf_free(&path);
    return error;
}

int child_start(struct child *c, char *const argv[], char *const envp[])
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    *c = (struct child){0, -1, -1};
    int error = open_pipe(in, 1);
    if (!error)
        error = open_pipe(out, 0);
    if (!error)
        error = spawn(&c->pid, in[0], out[1], argv, envp);
    if (error == ENOEXEC)
        error = spawn_script(&c->pid, in[0], out[1], argv, envp);
    if (error) {
        c->pid = 0;
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
    if (c->pid > 0)
        kill(-c->pid, signal);
}

bool child_ended(const struct child *c)
{
    siginfo_t si = {0};
    return c->pid > 0 && waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid;
}

bool child_reap(struct child *c, int *status)
{
    int w;
    if (c->pid <= 0 || waitpid(c->pid, &w, WNOHANG) != c->pid)
        return false;
    c->pid = 0;
    *status = WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
    return true;
}

int child_start_status(int error)
{
    return error == ENOENT ? 127 : 126;
}
