/* SPDX-License-Identifier: MIT */
/* Lines in, bytes out: the one reader and the one writer.
 *
 * Neither blocks when used as the loops here use them: read when poll(2) reports input, write as much as the
 * descriptor takes. */
#ifndef RELAY_BASE_IO_H
#define RELAY_BASE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    IO_CHUNK = 64 * 1024,    /* bytes of one read(2), and gathered by a stage before it writes */
    IO_HIGH_WATER = 1 << 20, /* more bytes than this wait to be written: take no more input for them */
};

/* Cuts a stream of bytes at '\n'. Owns its buffer, not the descriptor. Set fd and max, all else zero. */
struct reader {
    int fd;
    size_t max; /* longest line in bytes, without its '\n' */
    struct buf b;
    size_t from, seen; /* start of the current line; searched up to here */
    uintmax_t line;    /* number of the line last returned */
    bool eof, skipping;
};

enum reader_got {
    READER_LINE, /* *line is the next line, without its '\n'; valid until the next reader_fill() */
    READER_LONG, /* the next line is over max: skipped to its end; reader.line is its number */
    READER_MORE, /* no complete line at hand: call reader_fill(); if reader.eof is set, this is the end */
};

/* One read(2) of at most IO_CHUNK. False on an error other than EINTR and EAGAIN (errno); sets eof at the
 * end. */
bool reader_fill(struct reader *r);
/* Room for n bytes from elsewhere; the caller adds the number it put there to b.len. */
char *reader_room(struct reader *r, size_t n);
/* Adds a copy of n bytes from memory. */
void reader_feed(struct reader *r, const void *p, size_t n);
/* The next line, into *line. A last line without '\n' is returned once eof is set. */
enum reader_got reader_next(struct reader *r, struct span *line);
/* Whether a complete line is at hand. */
bool reader_ready(struct reader *r);
void reader_free(struct reader *r);

/* Queues bytes for a descriptor. Owns its queue and, if one could be opened, a separate non-blocking file
 * description of the same file, so that neither this process nor others that share the descriptor are
 * affected. */
struct writer {
    int fd;  /* the descriptor the user gave */
    int own; /* our separate description, or -1 */
    int how;
    struct buf q;
    size_t off; /* bytes of q already written */
};

void writer_open(struct writer *w, int fd);
void writer_line(struct writer *w, struct span line); /* queues the bytes and '\n' */
size_t writer_pending(const struct writer *w);
/* Writes as much as goes without waiting. False when the descriptor failed (errno; EPIPE: the reader has gone
 * away). */
bool writer_flush(struct writer *w);
/* Writes everything, waiting as long as it takes; the same result. */
bool writer_drain(struct writer *w);
/* Closes both descriptors and frees the queue. False if close(2) reports an error. Does not flush. */
bool writer_close(struct writer *w);

#endif
