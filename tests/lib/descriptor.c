/* SPDX-License-Identifier: MIT */
/* What the two sides declare: a platform's descriptor, and the commands of a manifest. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "check.h"
#include "relay/descriptor.h"
#include "relay/manifest.h"
#include "json/json.h"

/* A descriptor of the platform with that length, which is JSON text. */
static bool adopt(struct platforms *all, const char *platform, const char *length)
{
    struct buf b = {0};
    buf_printf(
        &b,
        "{\"contract_version\":1,\"platform\":\"%s\",\"label\":\"L\",\"max_message_length\":%s,"
        "\"supports_draft_streaming\":false,\"supports_edit\":true,\"supports_threads\":true,"
        "\"markdown_dialect\":\"\",\"len_unit\":\"utf16\",\"supported_ops\":[\"send\",\"\",7,\"edit\"]}",
        platform, length);
    bool ok = platforms_adopt(all, buf_as_span(&b));
    buf_free(&b);
    return ok;
}

/* The longest message: a positive integer, however it is written; any other value is the default. */
static void test_lengths(void)
{
    static const struct {
        const char *text;
        size_t want;
    } rows[] = {
        {"1", 1},
        {"\" +020 \"", 20},
        {"\"+\"", DESCRIPTOR_MAX_LENGTH},
        {"0", DESCRIPTOR_MAX_LENGTH},
        {"-5", DESCRIPTOR_MAX_LENGTH},
        {"1.5", DESCRIPTOR_MAX_LENGTH},
        {"\"1:\"", DESCRIPTOR_MAX_LENGTH},
        {"null", DESCRIPTOR_MAX_LENGTH},
        {"99999999999999999999999999", SIZE_MAX},
        {"18446744073709551615", SIZE_MAX},
        {"18446744073709551616", SIZE_MAX},
    };
    struct platforms all = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(adopt(&all, "p", rows[i].text));
        CHECK_THAT(all.n == 1 && all.v[0].max == rows[i].want, "%s", rows[i].text);
    }
    CHECK(all.v[0].utf16 && all.v[0].dialect.len == 0 && all.v[0].dialect.p);
    CHECK(reads(&all.v[0].ops, "[\"send\",\"edit\"]"));
    platforms_free(&all);
}

/* The first platform of a connection is the default; one too many is not remembered, but does no harm. */
static void test_platforms(void)
{
    struct platforms all = {0};
    char name[16];
    CHECK(!platforms_find(&all, span_of("p0")) && !platforms_adopt(&all, span_of("[]")) && all.n == 0);
    for (size_t i = 0; i < PLATFORMS_MAX; i++) {
        snprintf(name, sizeof name, "P%zu", i);
        CHECK(adopt(&all, name, "9"));
    }
    CHECK(adopt(&all, "more", "10") && all.n == PLATFORMS_MAX);
    CHECK(platforms_find(&all, span_of("more")) == &all.v[0]);
    CHECK(platforms_find(&all, (struct span){NULL, 0}) == &all.v[0]);
    CHECK(platforms_find(&all, span_of("p7")) == &all.v[7]);
    platforms_reset(&all);
    CHECK(adopt(&all, "more", "10") && platforms_find(&all, span_of("more")) == &all.v[0]);
    CHECK(adopt(&all, "p3", "11") && adopt(&all, "p4", "12") && all.v[3].max == 11);
    CHECK(platforms_find(&all, span_of("more")) == &all.v[3]);
    platforms_free(&all);
}

/* why NULL: it is a manifest */
static const struct {
    const char *text, *why;
} manifests[] = {
    {"[]", NULL},
    {"[{\"name\":\"a\",\"description\":\"\"}]", NULL},
    {"[{\"name\":1,\"name\":\"a\",\"description\":\"d\",\"options\":[],\"more\":null}]", NULL},
    {"", "no JSON value at byte 1"},
    {"[", "no JSON value at byte 2"},
    {"[1", "array without an end at byte 3"},
    {"{}", "not a list"},
    {"[1]", "command 1: not an object"},
    {"[[\"name\"]]", "command 1: not an object"},
    {"[{}]", "command 1: no string name"},
    {"[{\"name\":\"\",\"description\":\"d\"}]", "command 1: no string name"},
    {"[{\"name\":\"a\",\"name\":7,\"description\":\"d\"}]", "command 1: no string name"},
    {"[{\"name\":\"a\",\"description\":\"d\"},{\"name\":\"b\"}]", "command 2: no string description"},
    {"[{\"name\":\"a\",\"description\":\"d\",\"options\":{}}]", "command 1: options are not a list"},
    {"[\"\\ud800\"]", "a character that does not exist at byte 3"},
};

static void test_manifests(void)
{
    struct buf why = {0};
    for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++) {
        bool good = manifest_check(&why, span_of(manifests[i].text));
        CHECK_THAT(good == !manifests[i].why, "%s", manifests[i].text);
        CHECK_THAT(reads(&why, good ? "" : manifests[i].why), "%s", manifests[i].text);
    }
    CHECK(!manifest_check(&why, (struct span){NULL, 0}));
    buf_free(&why);
}

/* The exit status of a process that reads that manifest; 0: what it read is the whole file. */
static int reading(const char *path, size_t max, const char *want)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct buf b = {0};
        manifest_read(&b, path, max);
        _exit(reads(&b, want) ? 0 : 1);
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_files(void)
{
    static const char good[] = "[ {\"name\":\"a\",\"description\":\"\"} ]\n", bad[] = "[1]";
    char name[] = "manifest.XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0 && write(fd, good, strlen(good)) == (ssize_t)strlen(good));
    CHECK(reading(name, strlen(good), good) == 0);
    CHECK(reading(name, strlen(good) - 1, good) == EX_NOINPUT);
    CHECK(ftruncate(fd, 0) == 0 && reading(name, 100, "") == EX_DATAERR);
    CHECK(pwrite(fd, bad, strlen(bad), 0) == (ssize_t)strlen(bad) && reading(name, 100, bad) == EX_DATAERR);
    CHECK(close(fd) == 0 && unlink(name) == 0);
    CHECK(reading(name, 100, "") == EX_NOINPUT && reading(".", 100, "") == EX_NOINPUT);
}

int main(void)
{
    test_files();
    test_lengths();
    test_platforms();
    test_manifests();
    return failures != 0;
}
