/* SPDX-License-Identifier: MIT */
/* The basics: exit statuses, deaths, moments, random bytes; each death in a separate process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/random.h"
#include "base/sig.h"
#include "check.h"
#include "decode/patch.h"

/* The exit status, as a shell reports it, of a process that runs the function. */
static int ends(void (*run)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(0);
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_gravity(void)
{
    static const int order[] = {77, 75, 74, 71, 70, 76, 69, 66, 65, 78, 64, 3, 1, 0};
    enum { N = sizeof order / sizeof *order };
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            int status = order[i];
            exit_raise(&status, order[j]);
            CHECK_THAT(status == order[i < j ? i : j], "%d and %d", order[i], order[j]);
        }
    int status = 137;
    exit_raise(&status, 3);
    CHECK(status == 137);
}

static void die_blocked(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    signal(SIGTERM, SIG_IGN);
    sig_die(SIGTERM);
}

static void die_harmless(void)
{
    sig_die(SIGCHLD);
}

static void lose_reader(void)
{
    signal(SIGPIPE, SIG_DFL);
    sig_ignore_pipe();
    sig_ignore_pipe();
    sig_pipe();
}

static void lose_reader_unheard(void)
{
    signal(SIGPIPE, SIG_IGN);
    diag_quieter();
    close(STDERR_FILENO);
    sig_ignore_pipe();
    sig_pipe();
}

/* A signal that the parent left blocked is still caught. */
static void catch_blocked(void)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    sigprocmask(SIG_BLOCK, &one, NULL);
    raise(SIGUSR1);
    signal(SIGHUP, SIG_IGN);
    sig_open((const int[]){SIGUSR1, 0});
    sig_open_unignored((const int[]){SIGHUP, 0});
    raise(SIGHUP);
    _exit(sig_next() == SIGUSR1 && sig_next() == 0 ? 7 : 8);
}

static void test_deaths(void)
{
    CHECK(ends(die_blocked) == 128 + SIGTERM);
    CHECK(ends(die_harmless) == 128 + SIGCHLD);
    CHECK(ends(lose_reader) == 128 + SIGPIPE);
    CHECK(ends(lose_reader_unheard) == EX_IOERR);
    CHECK(ends(catch_blocked) == 7);
}

static void edit_too_much(void)
{
    struct json_edit edits[JSON_EDITS + 1] = {{"a", {"1", 1}}};
    struct buf out = {0};
    for (int i = 0; i <= JSON_EDITS; i++)
        edits[i] = (struct json_edit){"a", {"1", 1}};
    json_edit(&out, span_of("{}"), edits, JSON_EDITS);
    buf_free(&out);
    json_edit(&out, span_of("{}"), edits, JSON_EDITS + 1);
}

static void change_too_much(void)
{
    struct arena a = {0};
    struct patch c = {.arena = &a};
    for (int i = 0; i < PATCH_MOST; i++)
        patch_set(&c, "a", span_of("1"));
    if (c.n != PATCH_MOST)
        _exit(1);
    patch_text(&c, "a", span_of("1"), span_of("x"));
}

static void draw_too_much(void)
{
    char bytes[RANDOM_MOST + 1];
    random_bytes(bytes, RANDOM_MOST);
    random_bytes(bytes, sizeof bytes);
}

static void ask_too_much(void)
{
    struct buf b = {0};
    buf_name("check");
    buf_room(&b, (size_t)-1 / 2);
}

/* Exceeding a bound is a bug of ours: it ends the process, and nothing is written past an array. */
static void test_bounds(void)
{
    CHECK(ends(edit_too_much) == EX_SOFTWARE);
    CHECK(ends(change_too_much) == EX_SOFTWARE);
    CHECK(ends(draw_too_much) == EX_SOFTWARE);
    CHECK(ends(ask_too_much) == EX_OSERR);
}

static void test_random(void)
{
    struct buf a = {0}, b = {0};
    random_hex(&a, 16);
    for (int i = 0; i < 100; i++) {
        random_hex(&b, 16);
        CHECK(b.len == 32 && strspn(buf_cstr(&b), "0123456789abcdef") == 32 && memcmp(a.p, b.p, 32) != 0);
        b.len = 0;
    }
    buf_free(&a);
    buf_free(&b);
}

static void test_clock(void)
{
    static const struct {
        const char *text;
        int64_t us; /* -1: not a moment */
    } rows[] = {
        {"1970-01-02T00:00:00Z", INT64_C(86400000000)},
        {"2026-01-01T01:00:00.5+01:00", INT64_C(1767225600500000)},
        {"2026-01-01T00:00:00.1234567Z", INT64_C(1767225600123456)},
        {"2025-12-31T23:30:00-00:30", INT64_C(1767225600000000)},
        {"", -1},
        {"2", -1},
        {"2026-01-01T00:00:00", -1},
        {"2026-01-01T00:00:00.Z", -1},
        {"2026-01-01T00:00:00ZZ", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-01-01 00:00:00Z", -1},
        {"1969-01-01T00:00:00Z", -1},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = -1;
        CHECK_THAT(clock_parse(span_of(rows[i].text), &us) == (rows[i].us >= 0) && us == rows[i].us, "%s",
                   rows[i].text);
    }
    clock_format(&b, INT64_C(1767225600500000));
    CHECK(reads(&b, "2026-01-01T00:00:00.500000Z"));
    buf_free(&b);
}

static void test_spans(void)
{
    struct span none = {NULL, 0};
    CHECK(span_same(span_of("ab"), span_of("ab")) && !span_same(span_of("ab"), span_of("ac")));
    CHECK(!span_same(span_of("a"), span_of("ab")) && span_same(span_of(""), span_of("")));
    CHECK(!span_same(none, span_of("")) && !span_same(none, none));
}

static bool make_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n = (ssize_t)strlen(text);
    return fd >= 0 && write(fd, text, strlen(text)) == n && fchmod(fd, mode) == 0 && close(fd) == 0;
}

/* PATH is searched as execvp(3) does: an empty element is the working directory, none at all is a default,
 * and a file that may not be run is told only if no other is found. */
static void test_child_find(void)
{
    static const struct {
        const char *dirs, *name; /* dirs: NULL: no PATH */
        int error;
    } rows[] = {
        {"/bin", "sh", 0},
        {NULL, "sh", 0},
        {NULL, "no-such-command", ENOENT},
        {"/bin", "", ENOENT},
        {"", "runs", ENOENT},
        {"/none:", "runs", 0},
        {":/none", "runs", 0},
        {"/none::/none", "runs", 0},
        {"/none", "runs", ENOENT},
        {"/none:.:/none", "stays", EACCES},
        {".:found", "stays", 0}, /* the next one of that name may be run */
        {".", "found", EACCES},  /* a directory */
        {"/none", "./runs", 0},
        {"/none", "./stays", EACCES},
        {".", "./none", ENOENT},
    };
    char *path = getenv("PATH");
    struct buf kept = {0};
    buf_str(&kept, path ? path : "/bin:/usr/bin");
    CHECK(mkdir("found", 0700) == 0 && make_file("runs", "", 0700) && make_file("stays", "", 0600) &&
          make_file("found/stays", "", 0700));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK((rows[i].dirs ? setenv("PATH", rows[i].dirs, 1) : unsetenv("PATH")) == 0);
        CHECK_THAT(child_find(rows[i].name) == rows[i].error, "row %zu", i);
    }
    setenv("PATH", buf_cstr(&kept), 1);
    buf_free(&kept);
    unlink("runs");
    unlink("stays");
    unlink("found/stays");
    rmdir("found");
}

/* Waits for the end of the child, and leaves it to be reaped. */
static void await_end(const struct child *c)
{
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT) == 0);
}

static void test_child(void)
{
    struct child c = {.in = -1, .out = -1};
    int status = -1;
    char *const cat[] = {"cat", NULL}, *const none[] = {"./no-such-command", NULL};
    CHECK(!child_alive(&c) && !child_reap(&c, &status) && status == -1);
    child_kill(&c, SIGTERM); /* not started: nobody is signalled, this process least of all */
    CHECK(child_start(&c, none, NULL, 0) == ENOENT && c.in < 0 && c.out < 0 && !c.pid && !child_alive(&c));
    CHECK(child_start_status(ENOENT) == 127 && child_start_status(EACCES) == 126);

    CHECK(child_start(&c, cat, NULL, SIGKILL) == 0 && child_alive(&c) && !child_reap(&c, &status));
    child_kill(&c, SIGSTOP);
    child_kill(&c, SIGTERM); /* reaches it though it is stopped */
    await_end(&c);
    CHECK(child_alive(&c) && child_reap(&c, &status) && status == 128 + SIGTERM);
    CHECK(!child_alive(&c) && !child_reap(&c, &status) && status == 128 + SIGTERM);
    child_kill(&c, SIGTERM); /* nobody is left */
    close(c.in);
    close(c.out);
}

/* A child that is not in the group it began is signalled alone. */
static void test_child_alone(void)
{
    struct child c = {.in = -1, .out = -1};
    int status = -1;
    c.pid = c.group = fork();
    if (c.pid == 0)
        for (;;)
            pause();
    CHECK(c.pid > 0);
    child_kill(&c, SIGTERM);
    await_end(&c);
    CHECK(child_reap(&c, &status) && status == 128 + SIGTERM && !child_alive(&c));
}

int main(int argc, char **argv)
{
    diag_init(argc ? argv[0] : NULL);
    test_gravity();
    test_deaths();
    test_bounds();
    test_random();
    test_clock();
    test_spans();
    test_child_find();
    test_child();
    test_child_alone();
    return failures != 0;
}
