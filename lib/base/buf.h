/* SPDX-License-Identifier: MIT */
/* A growing byte buffer, and a span of bytes that belong to someone else.
 *
 * A struct buf owns its bytes; all zero is the empty buffer. Running out of memory ends the process at once
 * with EX_OSERR and one line on stderr, so no call here fails. */
#ifndef RELAY_BASE_BUF_H
#define RELAY_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *p;
    size_t len, cap;
};

/* Bytes owned by someone else; p is NULL when there is no value. */
struct span {
    const char *p;
    size_t n;
};

/* Makes room for n more bytes and returns where they go; the caller adds the number it wrote to len. */
char *buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_span(struct buf *b, struct span s);
void buf_str(struct buf *b, const char *s);
void buf_ch(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first n bytes (at most len). */
void buf_drop(struct buf *b, size_t n);
/* The content as a C string; the terminator is not counted in len. */
const char *buf_cstr(struct buf *b);
struct span buf_as_span(const struct buf *b);
void buf_free(struct buf *b);

struct span span_of(const char *s);
bool span_eq(struct span a, const char *s);
/* Whether both have a value and hold the same bytes. */
bool span_same(struct span a, struct span b);

/* Sets the name that starts the line about lack of memory; borrowed, so the caller keeps the text. */
void buf_name(const char *tool);

/* malloc family that ends the process with EX_OSERR instead of failing. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);
char *xstrndup(const char *p, size_t n);

#endif
