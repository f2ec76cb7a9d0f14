/* SPDX-License-Identifier: MIT */
/* The log on disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/logfile.h"
#include "check.h"

/* Reads through the log's descriptor: closing another one would release the lock. */
static bool log_is(const struct logfile *l, const char *want)
{
    char have[256];
    ssize_t n = pread(l->fd, have, sizeof have, 0);
    return n == (ssize_t)strlen(want) && memcmp(have, want, (size_t)n) == 0;
}

/* The errno that another process gets when it opens the log. */
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

/* The number of files whose names begin with "log". */
static int names(void)
{
    int n = 0;
    DIR *d = opendir(".");
    for (struct dirent *e; d && (e = readdir(d));)
        n += strncmp(e->d_name, "log", 3) == 0;
    if (d)
        closedir(d);
    return n;
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
    int theirs = open("log.tmp", O_CREAT | O_WRONLY, 0644);
    CHECK(theirs >= 0 && write(theirs, "mine", 4) == 4 && close(theirs) == 0);
    CHECK(chmod("log", 0640) == 0 && logfile_replace(&l, span_of("new\n")) &&
          logfile_append(&l, span_of("more\n")) && log_is(&l, "new\nmore\n"));
    CHECK(error_of_another("log") == EBUSY && stat("log", &st) == 0 && (st.st_mode & 0777) == 0640);
    CHECK(stat("log.tmp", &st) == 0 && st.st_size == 4 && names() == 2);
    logfile_close(&l);
    CHECK(error_of_another("log") == 0 && logfile_open(&l, "log") && l.size == 9);
    logfile_close(&l);
    CHECK(!logfile_open(&l, "/dev/null") && errno == EINVAL);
    CHECK(!logfile_open(&l, "none/log") && errno == ENOENT);
}

/* What was read, one piece per line; "=" whole, "!" damaged, "?" last, "~" torn. */
static void read_all(struct buf *out, struct logfile *l)
{
    static const char mark[] = {
        [LOGFILE_LINE] = '=', [LOGFILE_DAMAGED] = '!', [LOGFILE_LAST] = '?', [LOGFILE_TORN] = '~'};
    struct logfile_reader r = {.max = 1000};
    struct span line;
    enum logfile_got got;
    out->len = 0;
    while ((got = logfile_read(l, &r, &line)) != LOGFILE_END && got != LOGFILE_FAILED) {
        buf_ch(out, mark[got]);
        if (got == LOGFILE_LINE || got == LOGFILE_LAST)
            buf_span(out, line);
        buf_ch(out, '\n');
    }
    CHECK(got == LOGFILE_END);
    logfile_read_end(&r);
}

static void write_log(const char *path, struct span text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && close(fd) == 0);
}

static void test_kinds_of_files(void)
{
    static const struct {
        const char *file, *want;
    } rows[] = {
        {"", ""},
        {"{\"a\":1}\n{\"b\":2}\n", "={\"a\":1}\n={\"b\":2}\n"}, /* old format */
        {"{\"a\":1}\n{\"b\":2}", "={\"a\":1}\n?{\"b\":2}\n"},   /* old, last line open */
        {"{\"a\":1}\n{\"b\":", "={\"a\":1}\n?{\"b\":\n"},       /* old, torn perhaps */
        {"{\"a\":1,\"crc\":\"561bacaf\"}\n", "={\"a\":1}\n"},
        {"{\"a\":1,\"crc\":\"561bacaf\"}", "={\"a\":1}\n"},                 /* whole, without line end */
        {"{\"a\":1,\"crc\":\"561bacaf\"}\n{\"b\":2}\n", "={\"a\":1}\n!\n"}, /* the sum is missing */
        {"{\"a\":1,\"crc\":\"561bacaf\"}\n{\"b\":2", "={\"a\":1}\n~\n"},
        {"{\"a\":2,\"crc\":\"561bacaf\"}\n{\"b\":2}\n", "!\n={\"b\":2}\n"},
        {"{\"a\":2,\"crc\":\"561bacaf\"}", "~\n"}, /* wrong, without line end */
        {"{\"b\":2}\n{\"a\":1,\"crc\":\"561bacaf\"}\n",
         "={\"b\":2}\n={\"a\":1}\n"}, /* appended to an old one */
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct logfile l;
        write_log("kinds", span_of(rows[i].file));
        CHECK(logfile_open(&l, "kinds"));
        read_all(&b, &l);
        CHECK_THAT(reads(&b, rows[i].want), "row %zu", i);
        logfile_close(&l);
    }
    buf_free(&b);
}

/* After a line without its line end, the next one begins on a new line; a torn one is removed. */
static void test_open_end(void)
{
    struct logfile l;
    struct buf b = {0};
    struct logfile_reader r = {.max = 1000};
    struct span line;
    write_log("open", span_of("{\"a\":1}"));
    CHECK(logfile_open(&l, "open"));
    read_all(&b, &l);
    CHECK(logfile_append(&l, span_of("{\"b\":1}\n")) && logfile_append(&l, span_of("{\"c\":1}\n")));
    CHECK(log_is(&l, "{\"a\":1}\n{\"b\":1}\n{\"c\":1}\n"));
    logfile_close(&l);
    write_log("open", span_of("{\"a\":1}\n{\"b"));
    CHECK(logfile_open(&l, "open") && logfile_read(&l, &r, &line) == LOGFILE_LINE &&
          logfile_read(&l, &r, &line) == LOGFILE_LAST && logfile_tear(&l, &r));
    logfile_read_end(&r);
    CHECK(logfile_append(&l, span_of("{\"c\":1}\n")) && log_is(&l, "{\"a\":1}\n{\"c\":1}\n"));
    logfile_close(&l);
    buf_free(&b);
}

/* Flips every bit of a log, one at a time: what is read is what was written, or the damage is reported. */
static void test_damage(void)
{
    static const char *const lines[] = {"{\"a\":\"one\"}", "{ \"b\" : [2] } \t",
                                        "{\"type\":\"x\",\"crc\":\"00000000\"}"};
    struct buf good = {0}, got = {0};
    for (size_t i = 0; i < 3; i++)
        logfile_line(&good, span_of(lines[i]));
    for (size_t bit = 0; bit < good.len * 8; bit++) {
        struct logfile l;
        good.p[bit / 8] = (char)(good.p[bit / 8] ^ 1 << bit % 8);
        write_log("damaged", buf_as_span(&good));
        CHECK(logfile_open(&l, "damaged"));
        read_all(&got, &l);
        size_t whole = 0;
        bool told = false;
        for (size_t at = 0, n; at < got.len; at += n + 1) {
            struct span line = {got.p + at,
                                (size_t)((char *)memchr(got.p + at, '\n', got.len - at) - (got.p + at))};
            n = line.n;
            told |= *line.p != '=';
            if (*line.p == '=') {
                size_t i = 0;
                while (i < 3 && !span_eq((struct span){line.p + 1, line.n - 1}, lines[i]))
                    i++;
                CHECK_THAT(i < 3, "bit %zu: %.*s", bit, (int)line.n, line.p);
                whole++;
            }
        }
        /* Only the last line end may be damaged unnoticed: the line before it is whole. */
        CHECK_THAT(told ? whole >= 1 : whole == 3 && bit / 8 == good.len - 1, "bit %zu: %zu whole", bit,
                   whole);
        logfile_close(&l);
        good.p[bit / 8] = (char)(good.p[bit / 8] ^ 1 << bit % 8);
    }
    buf_free(&good);
    buf_free(&got);
}

/* Another process has the log: EBUSY, and nothing of it is touched. */
static void test_busy(void)
{
    struct logfile l;
    int ready[2], leave[2];
    char c = 0;
    write_log("busy", span_of("theirs\n"));
    CHECK(pipe(ready) == 0 && pipe(leave) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(leave[1]);
        c = logfile_open(&l, "busy") ? 'y' : 'n';
        _exit(write(ready[1], &c, 1) == 1 && read(leave[0], &c, 1) == 0 ? 0 : 1);
    }
    close(leave[0]);
    CHECK(read(ready[0], &c, 1) == 1 && c == 'y');
    CHECK(!logfile_open(&l, "busy") && errno == EBUSY && l.fd < 0);
    close(leave[1]);
    CHECK(waitpid(pid, NULL, 0) == pid && logfile_open(&l, "busy") && log_is(&l, "theirs\n"));
    close(ready[0]);
    close(ready[1]);
    logfile_close(&l);
    logfile_close(&l); /* again: nothing is left to close */
    CHECK(l.fd == -1 && !l.path);
}

/* The longest file that may be written from here on; the soft limit, so that it can be raised again. */
static void limit(rlim_t size)
{
    struct rlimit r;
    CHECK(getrlimit(RLIMIT_FSIZE, &r) == 0);
    r.rlim_cur = size < r.rlim_max ? size : r.rlim_max;
    CHECK(setrlimit(RLIMIT_FSIZE, &r) == 0);
}

/* What does not fit is not there at all: neither the start of a text, nor the line end before it. */
static void test_full(void)
{
    struct logfile l;
    struct buf b = {0};
    write_log("logfull", span_of("{\"a\":1}"));
    CHECK(logfile_open(&l, "logfull"));
    read_all(&b, &l);
    int before = names();
    limit(7);
    CHECK(!logfile_append(&l, span_of("{\"b\":1}\n")) && errno == EFBIG && l.size == 7);
    limit(10);
    CHECK(!logfile_append(&l, span_of("{\"b\":1}\n")) && errno == EFBIG && log_is(&l, "{\"a\":1}"));
    CHECK(!logfile_replace(&l, span_of("{\"instead\":1}\n")) && errno == EFBIG && log_is(&l, "{\"a\":1}"));
    limit(RLIM_INFINITY);
    CHECK(logfile_append(&l, span_of("{\"b\":1}\n")) && log_is(&l, "{\"a\":1}\n{\"b\":1}\n"));
    CHECK(names() == before);
    logfile_close(&l);
    unlink("logfull");
    buf_free(&b);
}

/* A log that cannot be replaced stays as it was, and no other file is left behind. */
static void test_not_replaced(void)
{
    char longest[256] = "log";
    struct logfile l;
    struct stat st;
    memset(longest + 3, 'x', sizeof longest - 4); /* no name for the new file is left in 255 bytes */
    CHECK(logfile_open(&l, longest) && logfile_append(&l, span_of("old\n")));
    int before = names();
    CHECK(!logfile_replace(&l, span_of("new\n")) && errno == ENAMETOOLONG && log_is(&l, "old\n"));
    CHECK(names() == before && logfile_append(&l, span_of("more\n")) && log_is(&l, "old\nmore\n"));
    logfile_close(&l);
    unlink(longest);

    CHECK(logfile_open(&l, "logdir") && logfile_append(&l, span_of("old\n")));
    CHECK(unlink("logdir") == 0 && mkdir("logdir", 0700) == 0);
    before = names();
    CHECK(!logfile_replace(&l, span_of("new\n")) && errno == EISDIR && log_is(&l, "old\n"));
    CHECK(names() == before && stat("logdir", &st) == 0 && S_ISDIR(st.st_mode));
    logfile_close(&l);
    rmdir("logdir");

    CHECK(mkdir("gone", 0700) == 0 && logfile_open(&l, "gone/log") && logfile_append(&l, span_of("old\n")));
    CHECK(unlink("gone/log") == 0 && rmdir("gone") == 0);
    CHECK(!logfile_replace(&l, span_of("new\n")) && errno == ENOENT && log_is(&l, "old\n"));
    logfile_close(&l);
}

/* A file that has no name any more could not be replaced: it is refused. */
static void test_nameless(void)
{
    char path[48];
    struct logfile l;
    write_log("nameless", span_of("x\n"));
    int fd = open("nameless", O_RDWR);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(fd >= 0 && unlink("nameless") == 0 && !logfile_open(&l, path) && errno == ENOENT && l.fd < 0);
    close(fd);
}

/* A descriptor that fails is told as such by each function, with errno. */
static void test_failing(void)
{
    struct logfile l;
    struct logfile_reader r = {.max = 1000};
    struct span line;
    write_log("failing", span_of("{\"a\":1,\"crc\":\"561bacaf\"}\n{\"b"));
    CHECK(logfile_open(&l, "failing"));
    close(l.fd);
    l.fd = open("failing", O_RDONLY); /* the torn line can be read, and not be taken off */
    CHECK(logfile_read(&l, &r, &line) == LOGFILE_LINE && logfile_read(&l, &r, &line) == LOGFILE_FAILED);
    CHECK(!logfile_append(&l, span_of("x\n")) && errno == EBADF);
    logfile_read_end(&r);
    close(l.fd);
    l.fd = -1;
    CHECK(logfile_read(&l, &r, &line) == LOGFILE_FAILED && errno == EBADF);
    CHECK(!logfile_replace(&l, span_of("x\n")) && errno == EBADF && !logfile_cut(&l, -1));
    logfile_read_end(&r);
    logfile_close(&l);
    CHECK(logfile_open(&l, "failing") && l.size == 28);
    logfile_close(&l);
}

int main(void)
{
    test_busy();
    test_full();
    test_not_replaced();
    test_nameless();
    test_failing();
    test_kinds_of_files();
    test_open_end();
    test_damage();
    test_logfile();
    return failures != 0;
}
