/* SPDX-License-Identifier: MIT */
/* A log on disk that one process at a time appends to and now and then writes anew.
 *
 * Whenever the process is killed, the file holds all that was appended, but for a last piece without its line
 * end where that came in the middle of a write. The lock belongs to the process and survives the writing
 * anew; the process must not open the file in another way, as closing that would give up the lock. False
 * means failure, with errno set, and the file as it was. */
#ifndef RELAY_BASE_LOGFILE_H
#define RELAY_BASE_LOGFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

struct logfile {
    char *path; /* without symbolic links */
    int fd;     /* to read from */
    off_t size; /* where the next append goes */
};

/* Opens the file, made with mode 0600 where there is none, and locks it. EBUSY: another process has it;
 * EINVAL: it is no regular file. From here on a limit of the file size is an error like a full disk. */
bool logfile_open(struct logfile *l, const char *path);
/* Appends the bytes: all of them, or none. */
bool logfile_append(struct logfile *l, struct span bytes);
/* Cuts the file to so many bytes. */
bool logfile_cut(struct logfile *l, off_t size);
/* Puts the bytes in the place of all that is there, on the disk before they are seen, by way of PATH.tmp. */
bool logfile_replace(struct logfile *l, struct span bytes);
void logfile_close(struct logfile *l);

#endif
