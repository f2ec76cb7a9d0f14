/* SPDX-License-Identifier: MIT */
/* A log on disk, one JSON object per line, that one process at a time appends to and now and then rewrites.
 *
 * Whenever the process is killed, the file holds everything that was appended; if it was killed in the middle
 * of a write, the last line may be incomplete and lack its line end. Each line carries a checksum
 * (base/seal.h); files without checksums are read too. The lock belongs to the process and survives a
 * rewrite; the process must not open the file in another way, as closing that descriptor would release the
 * lock. False means failure, with errno set and the file unchanged. */
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

/* Opens the file, created with mode 0600 if it does not exist, and locks it. EBUSY: another process has it;
 * EINVAL: not a regular file. From here on, exceeding the file-size limit is an error (EFBIG), not a signal.
 */
bool logfile_open(struct logfile *l, const char *path);

/* Reads the file from its start. All zero except max, the longest line in bytes; call logfile_read_end()
 * after the last line. */
struct logfile_reader {
    struct reader in;
    size_t max;
    uintmax_t line; /* number of the line last returned */
    size_t size;    /* … and its length in the file, without its line end */
    bool sums;      /* the first line has a checksum, so every line must have one */
};
enum logfile_got {
    LOGFILE_LINE,    /* *line is a whole line without its checksum, valid until the next call */
    LOGFILE_DAMAGED, /* the line has changed since it was written, or is longer than max */
    LOGFILE_LAST,    /* the last line, without line end and checksum: whole if the caller can make sense of
                        it; otherwise it is torn, and logfile_tear() removes it */
    LOGFILE_TORN,    /* the last line was torn, that is, written in part; it has been removed */
    LOGFILE_END,
    LOGFILE_FAILED, /* errno */
};
enum logfile_got logfile_read(struct logfile *l, struct logfile_reader *r, struct span *line);
bool logfile_tear(struct logfile *l, const struct logfile_reader *r);
void logfile_read_end(struct logfile_reader *r);

/* Appends one line, with its checksum and line end, to a text for the next two functions. */
void logfile_line(struct buf *out, struct span line);
/* Appends the text to the file: all of it, or none. */
bool logfile_append(struct logfile *l, struct span text);
/* Replaces the whole content with the text: with the file's owner, group and mode, on the disk before anyone
 * can see it, and without touching any other file. If only the directory cannot be written to the disk, the
 * text is in place, but the call still fails. */
bool logfile_replace(struct logfile *l, struct span text);
/* Truncates the file to that many bytes. */
bool logfile_cut(struct logfile *l, off_t size);
void logfile_close(struct logfile *l);

#endif
