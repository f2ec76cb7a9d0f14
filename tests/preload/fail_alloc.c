/* SPDX-License-Identifier: MIT */
/* Preloaded: the allocation FAIL_AT of the program FAIL_PROGRAM fails, with FAIL_AFTER all that follow too. At its end their
 * number goes to the file FAIL_COUNT. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
extern char *program_invocation_short_name;

static long count, at;
static int on, after;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("FAIL_PROGRAM"), *number = getenv("FAIL_AT"), *more = getenv("FAIL_AFTER");
    on = name && strcmp(name, program_invocation_short_name) == 0;
    at = number ? strtol(number, NULL, 10) : 0;
    after = more && *more;
    count = 0;
}

static int fails(void)
{
    if (!on)
        return 0;
    long n = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    if (at <= 0 || (after ? n < at : n != at))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}

__attribute__((destructor)) static void end(void)
{
    const char *file = getenv("FAIL_COUNT");
    if (!on || !file)
        return;
    char text[32];
    int n = snprintf(text, sizeof text, "%ld\n", count), fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0 && write(fd, text, (size_t)n) == n)
        close(fd);
}
