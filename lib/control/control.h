/* SPDX-License-Identifier: MIT */
/* The filter stage that lets others into the ring: their actions join the stream, the results go back to
 * them. It stands after relay-run and before relay-scope. */
#ifndef RELAY_CONTROL_CONTROL_H
#define RELAY_CONTROL_CONTROL_H

#include "base/local.h"
#include "control/writer.h"
#include "relay/filter.h"

enum {
    WRITERS_MOST = 64,   /* at once; more wait in the socket's queue */
    CONTROL_WAIT = 500,  /* ms until the next try when no writer can be accepted */
    CONTROL_LAST = 1000, /* ms at the end for writers to take their answers */
};

struct control {
    struct local socket;            /* fd -1: the path is a FIFO */
    struct control_writer *writers; /* the FIFO is one of them */
    size_t n;
    struct asks asks;
    int64_t accept_at; /* no writer is accepted before this moment of clock_ms(): descriptors are short */
    bool closed;       /* the ring drains or has ended: no action is taken */
    int64_t end_at;    /* after the end: when writers are given up; 0: it has not come */
    int slot;
};

/* Listens on a socket at the path, or opens the FIFO that is there. Ends the process if that fails: EX_CONFIG
 * for something else, or a FIFO that others can use; EX_OSERR. */
void control_open(struct control *c, const char *path);
/* Fills in the callbacks of the filter. */
void control_init(struct control *c, struct filter *f);
/* Removes the socket, frees everything. */
void control_close(struct control *c);

#endif
