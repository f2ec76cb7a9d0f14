/* SPDX-License-Identifier: MIT */
/* The connector's buffer of deliveries (protocol §8): in order, each until it is acked; in memory, and in a
 * file where one is given.
 *
 * The file is a log of frames, appended to: deliveries with their bufferId, and inbound_acks. What a
 * spool_sync() has written survives the end of the process at any instant, and so does each ack. A last line
 * that is torn is dropped at the start, when the log is written anew without what was acked. */
#ifndef RELAY_STUB_SPOOL_H
#define RELAY_STUB_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/logfile.h"
#include "relay/frame.h"

/* A delivery that is not acked. */
struct entry {
    struct entry *next, *prev;
    char *id;         /* bufferId */
    struct span line; /* the frame, owned */
    bool sent;        /* handed out at least once */
};

/* All zero but for spool_open(). */
struct spool {
    struct entry *head, *tail;
    struct entry *fresh; /* the first one not handed out since spool_rewind(); NULL: all were */
    size_t bytes, count;
    const char *path; /* NULL: in memory only */
    struct logfile file;
    struct buf log; /* not written yet */
    bool unsynced;  /* deliveries are not on the disk yet */
    uint64_t next;
    char prefix[24];
};

/* Opens the file, or none where path is NULL. Ends the process: EX_NOINPUT where it cannot be read or
 * written, EX_DATAERR where it is no such log, EX_UNAVAILABLE where another process has it. */
void spool_open(struct spool *s, const char *path);
/* Appends an inbound or passthrough_forward; gives it a bufferId unless it has one. Not to be handed out
 * before spool_sync(). */
struct entry *spool_add(struct spool *s, const struct frame *f);
/* Writes what was added to the disk. Ends the process with EX_IOERR where that fails. */
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
