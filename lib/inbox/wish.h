/* SPDX-License-Identifier: MIT */
/* What an operator wants of messages in an inbox that may be in use: to run them again, or to drop them.
 *
 * While a process has the inbox, only that one changes what a message's state is: the operator's process
 * writes a wish beside the message and sends SIGUSR1. If nobody has the inbox, it takes the lock and does
 * what is wished. */
#ifndef RELAY_INBOX_WISH_H
#define RELAY_INBOX_WISH_H

#include "inbox/store.h"

/* Whether the wish can come true for a message in that state. */
bool wish_fits(enum store_wish wish, enum turn_state state);
/* Makes every wish of the inbox come true and takes it away; one that does not fit is only taken away. For a
 * process that holds the lock and has no message in hand. */
bool wishes_apply(struct store *s);

enum wishes {
    WISHES_DONE,
    WISHES_OPEN,   /* the process *holder (0: not known which) has the inbox and has not acted within the time
                    */
    WISHES_FAILED, /* the database refuses (store_problem()), or the lock cannot be taken (errno, *holder -1)
                    */
};
/* Waits until the wishes of these messages are gone, at most so many ms, while the process that has the inbox
 * acts on them, or acts itself once nobody has it. */
enum wishes wishes_wait(struct store *s, const char *path, const int64_t *ids, size_t count, int64_t most,
                        pid_t *holder);

#endif
