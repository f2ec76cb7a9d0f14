/* SPDX-License-Identifier: MIT */
/* What a service manager is told (the protocol of sd_notify(3)): datagrams to $NOTIFY_SOCKET. It never holds
 * the run up, and a notice that cannot be sent is sent again later. */
#ifndef RELAY_BASE_NOTIFY_H
#define RELAY_BASE_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/poll.h"

enum {
    NOTIFY_EVERY = 1000,  /* ms between two changes of the status */
    NOTIFY_LOOK = 60000,  /* ms after which it is looked at without a change */
    NOTIFY_EXTEND = 5000, /* ms between two requests for more time, at the end of a run */
    NOTIFY_MORE_S = 15,   /* seconds asked for each time */
};

struct notify {
    int fd; /* -1: there is no manager */
    struct sockaddr_un to;
    socklen_t to_len;
    bool ready, stopping; /* told already */
    bool stale, failed;
    int64_t watchdog; /* ms between two signs of life; 0: none are wanted */
    /* Moments of clock_ms(): of the next sign of life, request for time, and look at the status. */
    int64_t watchdog_at, extend_at, next;
    struct buf last; /* the status that was told last */
};

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that COMMAND gets none of
 * them. A socket that cannot be used is reported. */
void notify_open(struct notify *n);
void notify_prepare(const struct notify *n, struct pollset *ps);
/* Whether to call notify_tell() at the end of this turn. */
bool notify_due(struct notify *n, bool ready, bool stopping);
/* words: the status, for people. */
void notify_tell(struct notify *n, bool ready, bool stopping, struct span words);
/* Tells that the settings are read again, and that this is over. */
void notify_reloaded(struct notify *n);
/* Tells how the run ends, by its exit status, and closes the socket. */
void notify_close(struct notify *n, int status);

#endif
