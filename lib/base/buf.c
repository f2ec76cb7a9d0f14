/* SPDX-License-Identifier: MIT */
/* A growing byte buffer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"

static const char *name = "relay";

void buf_name(const char *tool)
{
    name = tool;
}

/* Not a diagnostic of the usual kind: that would need memory. */
_Noreturn static void no_memory(size_t n)
{
    char line[128];
    int k = snprintf(line, sizeof line, "%.60s: allocate %zu bytes: out of memory\n", name, n);
    (void)!write(STDERR_FILENO, line, (size_t)k);
    _exit(EX_OSERR);
}

void *xrealloc(void *p, size_t n)
{
    p = realloc(p, n ? n : 1);
    if (!p)
        no_memory(n);
    return p;
}

void *xmalloc(size_t n)
{
    return xrealloc(NULL, n);
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        no_memory(n * size);
    return p;
}

char *xstrndup(const char *p, size_t n)
{
    char *s = xmalloc(n + 1);
    memcpy(s, p, n);
    s[n] = '\0';
    return s;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->cap - b->len < n) {
        if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
            no_memory(n);
        size_t cap = b->cap ? b->cap : 64;
        while (cap - b->len < n)
            cap *= 2;
        b->p = xrealloc(b->p, cap);
        b->cap = cap;
    }
    return b->p + b->len;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!n)
        return;
    memcpy(buf_room(b, n), p, n);
    b->len += n;
}

void buf_span(struct buf *b, struct span s)
{
    buf_add(b, s.p, s.n);
}

void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_ch(struct buf *b, char c)
{
    *buf_room(b, 1) = c;
    b->len++;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0) {
        vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
}

const char *buf_cstr(struct buf *b)
{
    *buf_room(b, 1) = '\0';
    return b->p;
}

struct span buf_as_span(const struct buf *b)
{
    return (struct span){b->p ? b->p : "", b->len};
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

struct span span_of(const char *s)
{
    return (struct span){s, strlen(s)};
}

bool span_eq(struct span a, const char *s)
{
    size_t n = strlen(s);
    return a.p && a.n == n && memcmp(a.p, s, n) == 0;
}

bool span_same(struct span a, struct span b)
{
    return a.p && b.p && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}
