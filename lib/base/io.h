/* SPDX-License-Identifier: MIT */
/* Lines in, bytes out: the one reader and the one writer, and the set of descriptors a loop waits for.
 *
 * Neither blocks when used as the loops here use them: read when poll says so, write what the descriptor
 * takes. */
#ifndef RELAY_BASE_IO_H
#define RELAY_BASE_IO_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { IO_CHUNK = 64 * 1024 }; /* one read(2), and what a stage gathers before it writes */

/* Cuts a stream of bytes at '\n'. Owns its buffer, not the descriptor. Set fd and max, all else zero. */
struct reader {
    int fd;
    size_t max; /* longest line in bytes, without its '\n' */
    struct buf b;
    size_t from, seen; /* start of the present line; searched up to here */
    uintmax_t line;    /* number of the line last returned */
    bool eof, skipping;
};

enum reader_got {
    READER_LINE, /* *line is the next line, without its '\n'; valid until the next reader_fill() */
    READER_LONG, /* the next line is over max: it is skipped to its end, reader.line is its number */
    READER_MORE, /* no complete line at hand: reader_fill(), or the end if reader.eof */
};

/* One read(2) of at most IO_CHUNK. False on an error other than EINTR and EAGAIN (errno); sets eof at the
 * end. */
bool reader_fill(struct reader *r);
/* Room for n bytes from elsewhere; the caller adds to b.len what it put there. */
char *reader_room(struct reader *r, size_t n);
/* The same from memory. */
void reader_feed(struct reader *r, const void *p, size_t n);
/* A last line without '\n' is returned once eof is set. */
enum reader_got reader_next(struct reader *r, struct span *line);
/* Whether a complete line is at hand. */
bool reader_ready(struct reader *r);
void reader_free(struct reader *r);

/* Queues bytes for a descriptor. Owns its queue and, where it could be had, an own non-blocking file
 * description for the same file, so that neither this process nor the others who share the descriptor are
 * affected. */
struct writer {
    int fd;  /* the descriptor the user gave */
    int own; /* an own description, or -1 */
    int how;
    struct buf q;
    size_t off; /* written already */
};

void writer_open(struct writer *w, int fd);
void writer_line(struct writer *w, struct span line); /* queues the bytes and '\n' */
size_t writer_pending(const struct writer *w);
/* Writes what goes without waiting. False when the descriptor failed (errno; EPIPE: the reader is gone). */
bool writer_flush(struct writer *w);
/* Writes all, waiting as long as it takes; the same result. */
bool writer_drain(struct writer *w);
/* Closes both descriptors and frees the queue. False where close(2) reports an error. Does not flush. */
bool writer_close(struct writer *w);

/* What one turn of a loop waits for: rebuilt each turn, so that nothing has to be unregistered. */
struct pollset {
    struct pollfd *fds;
    size_t n, cap;
    int64_t until; /* clock_ms() to return at, or INT64_MAX */
};

void pollset_clear(struct pollset *ps);
/* Adds a descriptor (with events 0: for its errors only) and returns its slot; -1 for fd < 0. */
int pollset_add(struct pollset *ps, int fd, short events);
/* Wants the wait to end at that moment of clock_ms() at the latest. */
void pollset_until(struct pollset *ps, int64_t when);
/* Waits. Returns false only where poll(2) fails for a reason other than EINTR. */
bool pollset_wait(struct pollset *ps);
/* The milliseconds left until ps->until, as poll(2) takes them. */
int pollset_timeout(const struct pollset *ps);
/* revents of a slot; 0 for slot -1. */
short pollset_got(const struct pollset *ps, int slot);
void pollset_free(struct pollset *ps);

#endif
