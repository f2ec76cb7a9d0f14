/* SPDX-License-Identifier: MIT */
/* One writer at the control socket, or all at the FIFO: lines from it, lines to it. */
#ifndef RELAY_CONTROL_WRITER_H
#define RELAY_CONTROL_WRITER_H

#include "base/io.h"
#include "base/poll.h"
#include "control/asks.h"

enum {
    WRITER_LINE = 1 << 20,    /* longest line, in bytes */
    WRITER_UNREAD = 1 << 20,  /* a writer that leaves more bytes of answers unread is dropped */
    WRITER_PAUSE = 64 * 1024, /* … that leaves more than this unread is not read */
    WRITER_ASKS = 4096,       /* … that has more requests in flight is not read */
};

struct control_writer {
    struct control_writer *prev, *next;
    bool fifo;        /* it takes no answers, and does not end */
    struct reader in; /* its fd: the connection or FIFO */
    struct buf out;   /* for it */
    size_t off;       /* of out, written */
    struct ask *asks; /* in flight */
    size_t asked;     /* how many */
    bool failed;      /* it is gone, or too slow */
    int slot;
};

struct control_writer *writer_new(int fd, bool fifo);
/* Queues an answer. */
void writer_answer(struct control_writer *w, struct span line);
/* Before a wait; read: there is room for its actions. */
void writer_prepare(struct control_writer *w, struct pollset *ps, bool read);
/* After a wait: reads and writes as much as goes at once. */
void writer_ready(struct control_writer *w, const struct pollset *ps);
/* Its next line, as reader_next() returns it. */
enum reader_got writer_next(struct control_writer *w, struct span *line);
/* The number of lines that the FIFO still holds, which this reads; 0 for a connection. */
size_t writer_left(struct control_writer *w);
/* Whether it may have a line at hand and be asked for it. */
bool writer_may_ask(struct control_writer *w);
/* Whether nothing more is to come from it or to go to it. */
bool writer_over(struct control_writer *w);
/* Closes it. Its requests must have been left. */
void writer_free(struct control_writer *w);

#endif
