/* SPDX-License-Identifier: MIT */
/* The log on disk. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "base/logfile.h"

/* Through the log's own descriptor: closing another one would give up the lock. */
static bool log_is(const struct logfile *l, const char *want)
{
    char have[256];
    ssize_t n = pread(l->fd, have, sizeof have, 0);
    return n == (ssize_t)strlen(want) && memcmp(have, want, (size_t)n) == 0;
}

/* The errno another process gets that opens the log. */
static int error_of_another(const char *path)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct logfile l;
        _exit(logfile_open(&l, path) ? 0 : errno);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void test_logfile(void)
{
    struct logfile l;
    struct stat st;
    CHECK(logfile_open(&l, "log") && l.size == 0 && stat("log", &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(logfile_append(&l, span_of("one\n")) && logfile_append(&l, span_of("two\n")) &&
          log_is(&l, "one\ntwo\n"));
    CHECK(error_of_another("log") == EBUSY);
    CHECK(logfile_cut(&l, 4) && log_is(&l, "one\n"));
    int stale = open("log.tmp", O_CREAT | O_WRONLY, 0644);
    CHECK(stale >= 0 && close(stale) == 0);
    CHECK(logfile_replace(&l, span_of("new\n")) && logfile_append(&l, span_of("more\n")) &&
          log_is(&l, "new\nmore\n"));
    CHECK(error_of_another("log") == EBUSY && access("log.tmp", F_OK) != 0);
    CHECK(mkdir("log.tmp", 0700) == 0 && !logfile_replace(&l, span_of("x")) && log_is(&l, "new\nmore\n"));
    CHECK(rmdir("log.tmp") == 0 && logfile_append(&l, span_of("yet\n")) && log_is(&l, "new\nmore\nyet\n"));
    logfile_close(&l);
    CHECK(error_of_another("log") == 0 && logfile_open(&l, "log") && l.size == 13);
    logfile_close(&l);
    CHECK(!logfile_open(&l, "/dev/null") && errno == EINVAL);
    CHECK(!logfile_open(&l, "none/log") && errno == ENOENT);
}

int main(void)
{
    test_logfile();
    return failures != 0;
}
