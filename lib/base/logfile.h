/* SPDX-License-Identifier: MIT */
/* A log on disk, one JSON object a line, that one process at a time appends to and now and then writes anew.
 *
 * Whenever the process is killed, the file holds all that was appended, but for a last piece without its line
 * end if that came in the middle of a write. Each line carries a checksum (base/seal.h); files without are
 * read too. The lock belongs to the process and survives the writing anew; the process must not open the file
 * in another way, as closing that would give up the lock. False means failure, with errno set, and the file
 * as it was. */
#ifndef RELAY_BASE_LOGFILE_H
#define RELAY_BASE_LOGFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/io.h"

struct logfile {
    char *path;      /* without symbolic links */
    int fd;          /* to read from */
    off_t size;      /* where the next append goes */
    bool open_ended; /* the last line has no line end yet: the next append writes it first */
};

/* Opens the file, made with mode 0600 if there is none, and locks it. EBUSY: another process has it; EINVAL:
 * not a regular file. From here on, exceeding the file-size limit is an error (EFBIG), not a signal. */
bool logfile_open(struct logfile *l, const char *path);

/* Reads the file from its start. All zero but max, the longest line in bytes; logfile_read_end() after the
 * last line. */
struct logfile_reader {
    struct reader in;
    size_t max;
    uintmax_t line; /* number of the line last returned */
    size_t size;    /* … and its length in the file, without its line end */
    bool sums;      /* the first line has a sum, so each one has */
};
enum logfile_got {
    LOGFILE_LINE,    /* *line is a whole line without its sum, valid until the next call */
    LOGFILE_DAMAGED, /* it has changed since it was written, or is longer than max */
    LOGFILE_LAST,    /* the last line, without line end and without sum: whole if the caller can make sense of
                        it; if not,    it is torn, and logfile_tear() takes it off */
    LOGFILE_TORN,    /* the last line is torn: written in part. It is taken off */
    LOGFILE_END,
    LOGFILE_FAILED, /* errno */
};
enum logfile_got logfile_read(struct logfile *l, struct logfile_reader *r, struct span *line);
bool logfile_tear(struct logfile *l, const struct logfile_reader *r);
void logfile_read_end(struct logfile_reader *r);

/* Appends one line, with its sum and line end, to a text for the two below. */
void logfile_line(struct buf *out, struct span line);
/* Appends the text: all of it, or none. */
bool logfile_append(struct logfile *l, struct span text);
/* Puts the text in the place of all that is there: with the file's owner, group and mode, on the disk before
 * it is seen, and no other file touched. If only the directory cannot be brought to the disk, the text is in
 * place, yet it is a failure. */
bool logfile_replace(struct logfile *l, struct span text);
/* Cuts the file to so many bytes. */
bool logfile_cut(struct logfile *l, off_t size);
void logfile_close(struct logfile *l);

#endif
