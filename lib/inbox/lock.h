/* SPDX-License-Identifier: MIT */
/* Who has an inbox in use: a lock on the file beside it, FILE-lock.
 *
 * Not on the database itself: closing any descriptor of that would drop the locks of SQLite. The lock ends
 * with the process that holds it, however it ends. */
#ifndef RELAY_INBOX_LOCK_H
#define RELAY_INBOX_LOCK_H

#include <sys/types.h>

/* Takes the lock of the inbox `path`. Returns its descriptor, to keep until the end, or -1: errno is set;
 * EBUSY: the process *holder has it (0: it is not known which, for instance in another container). */
int lock_take(const char *path, pid_t *holder);
/* The process that holds the lock of the inbox: 0, none; -1, one that is not known. */
pid_t lock_holder(const char *path);

#endif
