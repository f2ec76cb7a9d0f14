/* SPDX-License-Identifier: MIT */
/* The status of a run, in JSON and for people. */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "dial/status.h"
#include "json/json.h"

static const struct status open_status = {
    .phase = "serving",
    .link = "open",
    .since = 1700000000000,
    .attempt = 2,
    .url = "ws://h/relay",
    .peer = "127.0.0.1:80",
    .last_in = 1700000009500,
    .owed = {[STATUS_OUTBOUND] = {3, 1700000004000}},
    .queued_up = 5,
    .queued_down = 7,
    .running = 1,
    .waiting = 2,
};

static void test_members(void)
{
    struct buf b = {0};
    struct json_error e;
    buf_ch(&b, '{');
    status_members(&b, &open_status);
    buf_ch(&b, '}');
    struct span all = buf_as_span(&b), owed = json_find(all, "owed");
    CHECK(json_valid(b.p, b.len, &e));
    CHECK(span_eq(json_find(all, "link"), "\"open\""));
    CHECK(span_eq(json_find(all, "since"), "\"2023-11-14T22:13:20.000000Z\""));
    CHECK(span_eq(json_find(all, "last_out"), "null"));
    CHECK(span_eq(json_find(json_find(owed, "outbound"), "n"), "3"));
    CHECK(span_eq(json_find(json_find(owed, "hello"), "oldest"), "null"));
    CHECK(span_eq(json_find(all, "flipped"), "false"));
    buf_free(&b);
}

static void test_text(void)
{
    struct buf b = {0};
    struct status s = {
        .phase = "draining", .link = "down", .url = "ws://h/relay", .peer = "", .flipped = true};
    status_text(&b, &open_status, 1700000010000);
    CHECK(reads(
        &b,
        "serving, link open for 10.0 s, attempt 2, ws://h/relay at 127.0.0.1:80, last byte in 0.5 s ago, out "
        "never, owed hello 0 outbound 3 (oldest 6.0 s ago) going_idle 0, queued 5 up 7 down, not flipped, "
        "running 1, waiting 2"));
    status_text(&b, &s, 0);
    CHECK(reads(
        &b,
        "draining, link down for 0.0 s, attempt 0, ws://h/relay, last byte in never, out never, owed hello 0 "
        "outbound 0 going_idle 0, queued 0 up 0 down, flipped, running 0, waiting 0"));
    buf_free(&b);
}

/* A clock that was set back makes no moment lie in the future. */
static void test_clock_back(void)
{
    struct buf b = {0};
    struct status s = open_status;
    s.last_out = 1700000009999;
    status_text(&b, &s, 1600000000000);
    CHECK(reads(&b,
                "serving, link open for 0.0 s, attempt 2, ws://h/relay at 127.0.0.1:80, last byte in 0.0 s "
                "ago, out 0.0 s ago, owed hello 0 outbound 3 (oldest 0.0 s ago) going_idle 0, queued 5 up "
                "7 down, not flipped, running 1, waiting 2"));
    buf_free(&b);
}

static size_t entries(const char *dir)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* The file is written when something but the time has changed; the first failure is told, and no temporary
 * file is left. A directory cannot be replaced by a file. */
static void test_file(void)
{
    char dir[] = "status.XXXXXX";
    struct buf name = {0}, missing = {0};
    struct status s = open_status;
    struct stat one, two;
    if (!mkdtemp(dir))
        abort();
    buf_printf(&name, "%s/s", dir);
    buf_printf(&missing, "%s/none/s", dir);
    struct status_file none = {0}, f = {.path = buf_cstr(&name)}, bad = {.path = dir};
    status_file_check(&none);
    CHECK(!status_file_due(&none));
    status_file_check(&f); /* there is none yet */
    CHECK(status_file_due(&f) && f.stale && status_file_write(&f, &s) && !f.stale);
    f.next = INT64_MAX;
    CHECK(!status_file_due(&f));
    status_file_check(&f);
    CHECK(stat(f.path, &one) == 0 && status_file_write(&f, &s) && stat(f.path, &two) == 0);
    CHECK(one.st_ino == two.st_ino && one.st_size == two.st_size);
    s.waiting = 1234567;
    CHECK(status_file_write(&f, &s) && stat(f.path, &two) == 0 && two.st_size > one.st_size);
    size_t before = entries(".");
    CHECK(!status_file_write(&bad, &s) && bad.failed && !bad.last.len);
    CHECK(status_file_write(&bad, &s) && bad.failed && entries(".") == before);
    bad.path = buf_cstr(&missing);
    CHECK(status_file_write(&bad, &s) && bad.failed);
    bad.path = f.path;
    CHECK(status_file_write(&bad, &s) && !bad.failed && bad.last.len);
    CHECK(unlink(f.path) == 0 && rmdir(dir) == 0);
    status_file_free(&f);
    status_file_free(&bad);
    buf_free(&name);
    buf_free(&missing);
}

/* A status for which there is no room does not take the place of the last one, and is written later. */
static void test_no_room(void)
{
    char dir[] = "status.XXXXXX";
    struct buf name = {0};
    struct status s = open_status;
    struct rlimit was, none;
    struct stat one, two;
    if (!mkdtemp(dir) || getrlimit(RLIMIT_FSIZE, &was) != 0)
        abort();
    buf_printf(&name, "%s/s", dir);
    struct status_file f = {.path = buf_cstr(&name)};
    CHECK(status_file_write(&f, &s) && stat(f.path, &one) == 0);
    s.waiting++;
    f.failed = true; /* it was told before: nothing is said while the limit holds for stderr, too */
    none = (struct rlimit){16, was.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    CHECK(status_file_write(&f, &s) && f.failed);
    CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0 && entries(dir) == 3);
    CHECK(stat(f.path, &two) == 0 && two.st_ino == one.st_ino && two.st_size == one.st_size);
    CHECK(status_file_write(&f, &s) && !f.failed && stat(f.path, &two) == 0 && two.st_ino != one.st_ino);
    CHECK(unlink(f.path) == 0 && rmdir(dir) == 0);
    status_file_free(&f);
    buf_free(&name);
}

int main(void)
{
    test_no_room();
    test_clock_back();
    test_file();
    test_members();
    test_text();
    return failures != 0;
}
