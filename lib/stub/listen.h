/* SPDX-License-Identifier: MIT */
/* Where a server listens, and telling it: in a file, and to the one who started it in the background. */
#ifndef RELAY_STUB_LISTEN_H
#define RELAY_STUB_LISTEN_H

#include <stdbool.h>

#include "base/buf.h"

/* Listens on an IPv4 address and *port (0: any free one; set to the one it is). Ends the process with
 * EX_UNAVAILABLE if it cannot be had. */
int listen_open(const char *address, int *port);
/* The next connection; -1 with errno if there is none: EAGAIN when none waits. */
int listen_accept(int fd);

/* Writes the URL and '\n' to the file. A regular file is there with its whole content or not at all; a FIFO
 * or a character device is written into. True when that is done, false while a FIFO has no reader: call
 * again. Ends the process with EX_IOERR if it fails, and at a link that another user made. */
bool listen_tell_file(const char *path, struct span url);

/* Goes on in a child that leads a session of its own. The parent waits for listen_tell_parent(), prints the
 * URL and the child's pid and ends with 0; if the child ends before, with its status. Returns the descriptor
 * for listen_tell_parent(). */
int listen_detach(void);
/* In the child: tells the parent, then lets go of stdout, of a stdin that is a terminal, and of a stderr that
 * is not a regular file. */
void listen_tell_parent(int fd, struct span url);

#endif
