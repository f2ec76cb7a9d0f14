/* SPDX-License-Identifier: MIT */
/* Lines in, bytes out: the one reader and the one writer.
 *
 * Neither blocks when used as the loops here use them: read when poll says so, write what the descriptor
 * takes. */
#ifndef RELAY_BASE_IO_H
#define RELAY_BASE_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    IO_CHUNK = 64 * 1024,    /* one read(2), and what a stage gathers before it writes */
    IO_HIGH_WATER = 1 << 20, /* more than this waiting to be written: take no more for it */
};

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

/* Queues bytes for a descriptor. Owns its queue and, if one could be opened, a separate non-blocking file
 * description of the same file, so that neither this process nor the others who share the descriptor are
 * affected. */
struct writer {
    int fd;  /* the descriptor the user gave */
    int own; /* a description of ours, or -1 */
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
/* Closes both descriptors and frees the queue. False if close(2) reports an error. Does not flush. */
bool writer_close(struct writer *w);

#endif
