/* SPDX-License-Identifier: MIT */
/* Telling where a server listens. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "stub/listen.h"

void announce_file(const char *path, struct span url)
{
    struct buf tmp = {0};
    buf_printf(&tmp, "%s.%ld", path, (long)getpid());
    FILE *f = fopen(buf_cstr(&tmp), "w");
    if (!f || fprintf(f, "%.*s\n", (int)url.n, url.p) < 0 || fclose(f) || rename(buf_cstr(&tmp), path))
        die(EX_IOERR, "write %s:", path);
    buf_free(&tmp);
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

int announce_detach(void)
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

void announce_parent(int fd, struct span url)
{
    struct buf line = {0};
    buf_span(&line, url);
    buf_ch(&line, '\n');
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || write(fd, line.p, line.len) != (ssize_t)line.len)
        die(EX_OSERR, "report to the parent:");
    close(fd);
    if (isatty(STDIN_FILENO))
        dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (!is_file(STDERR_FILENO))
        dup2(null, STDERR_FILENO);
    if (null > STDERR_FILENO)
        close(null);
    buf_free(&line);
}
