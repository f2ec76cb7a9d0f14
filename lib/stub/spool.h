/* SPDX-License-Identifier: MIT */
/* The connector's buffer of deliveries (protocol §8): in order, each kept until it is acked; in memory, and
 * in a file if one is given.
 *
 * The file is an append-only log of frames (base/logfile.h): deliveries with their bufferId, and
 * inbound_acks. Everything written by spool_sync() survives the end of the process at any instant, and so
 * does each ack. A line that has changed on the disk or is torn is reported and dropped at the start, when
 * the log is rewritten without the acked deliveries. */
#ifndef RELAY_STUB_SPOOL_H
#define RELAY_STUB_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/logfile.h"
#include "relay/frame.h"

enum {
    SPOOL_LINE_MAX = 1 << 30
}; /* most bytes of a line in the file, whatever --max-frame was when written */

/* A delivery that is not acked. */
struct entry {
    struct entry *next, *prev;
    struct span id;   /* the text of its bufferId, owned; may contain any byte */
    struct span line; /* the frame, owned */
    bool sent;        /* handed out at least once */
};

/* All zero before spool_open(). */
struct spool {
    struct entry *head;  /* a utlist list */
    struct entry *fresh; /* the first one not handed out since spool_rewind(); NULL: all have been */
    size_t bytes, count;
    const char *path; /* NULL: in memory only */
    struct logfile file;
    struct buf log; /* not written yet */
    bool unsynced;  /* deliveries are not on the disk yet */
    bool damaged;   /* a line could not be read */
    uint64_t next;
    char prefix[24];
};

/* Opens the file, or none if path is NULL. Ends the process: EX_NOINPUT if it cannot be read or written,
 * EX_DATAERR if it is not such a log, EX_UNAVAILABLE if another process has it. Lines that cannot be read are
 * reported, and damaged is set. */
void spool_open(struct spool *s, const char *path);
/* Reads the opened file: 0, or the number of a line that is neither a delivery nor an ack. */
uintmax_t spool_load(struct spool *s);
/* Appends a copy of an inbound or passthrough_forward, with a bufferId added unless it has one. It must not
 * be handed out before spool_sync(). */
struct entry *spool_add(struct spool *s, const struct frame *f);
/* Writes the added entries to the disk. Ends the process with EX_IOERR if that fails. */
void spool_sync(struct spool *s);
/* Hands out the first fresh entry and steps on; NULL after the last. */
struct entry *spool_take(struct spool *s);
/* Makes every entry fresh again. */
void spool_rewind(struct spool *s);
/* The first entry with that bufferId, or NULL. */
struct entry *spool_find(const struct spool *s, struct span id);
/* Records the ack, then drops the entry. */
void spool_ack(struct spool *s, struct entry *e);
void spool_close(struct spool *s);

#endif
