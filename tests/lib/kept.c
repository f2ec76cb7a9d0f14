/* SPDX-License-Identifier: MIT */
/* A file that is kept up to date. */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "dial/kept.h"

static const char *content;

/* Each head differs, as a time does. */
static bool writes(struct kept *k)
{
    static char head = 'a';
    head++;
    return kept_write(k, (struct span){&head, 1}, span_of(content));
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
    struct stat one, two;
    if (!mkdtemp(dir))
        abort();
    content = "as before";
    buf_printf(&name, "%s/s", dir);
    buf_printf(&missing, "%s/none/s", dir);
    struct kept none = {0}, f = {.path = buf_cstr(&name)}, bad = {.option = "status", .path = dir};
    kept_check(&none);
    CHECK(!kept_due(&none));
    kept_check(&f); /* there is none yet */
    CHECK(kept_due(&f) && f.stale && writes(&f) && !f.stale);
    f.next = INT64_MAX;
    CHECK(!kept_due(&f));
    kept_check(&f);
    CHECK(stat(f.path, &one) == 0 && writes(&f) && stat(f.path, &two) == 0);
    CHECK(one.st_ino == two.st_ino && one.st_size == two.st_size);
    content = "longer than before";
    CHECK(writes(&f) && stat(f.path, &two) == 0 && two.st_size > one.st_size);
    size_t before = entries(".");
    CHECK(!writes(&bad) && bad.failed && !bad.last.len);
    CHECK(writes(&bad) && bad.failed && entries(".") == before);
    bad.path = buf_cstr(&missing);
    CHECK(writes(&bad) && bad.failed);
    bad.path = f.path;
    CHECK(writes(&bad) && !bad.failed && bad.last.len);
    CHECK(unlink(f.path) == 0 && rmdir(dir) == 0);
    kept_free(&f);
    kept_free(&bad);
    buf_free(&name);
    buf_free(&missing);
}

/* A status for which there is no room does not take the place of the last one, and is written later. */
static void test_no_room(void)
{
    char dir[] = "status.XXXXXX";
    struct buf name = {0};
    struct rlimit was, none;
    struct stat one, two;
    if (!mkdtemp(dir) || getrlimit(RLIMIT_FSIZE, &was) != 0)
        abort();
    content = "as before";
    buf_printf(&name, "%s/s", dir);
    struct kept f = {.option = "status", .path = buf_cstr(&name)};
    CHECK(writes(&f) && stat(f.path, &one) == 0);
    content = "a text that is too long for the limit";
    f.failed = true; /* it was told before: nothing is said while the limit holds for stderr, too */
    none = (struct rlimit){16, was.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    CHECK(writes(&f) && f.failed);
    CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0 && entries(dir) == 3);
    CHECK(stat(f.path, &two) == 0 && two.st_ino == one.st_ino && two.st_size == one.st_size);
    CHECK(writes(&f) && !f.failed && stat(f.path, &two) == 0 && two.st_ino != one.st_ino);
    CHECK(unlink(f.path) == 0 && rmdir(dir) == 0);
    kept_free(&f);
    buf_free(&name);
}

int main(void)
{
    test_no_room();
    test_file();
    return failures != 0;
}
