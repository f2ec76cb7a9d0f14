/* SPDX-License-Identifier: MIT */
/* Where a server listens, and announcing it: in a file, and to the process that started it in the background.
 */
#ifndef RELAY_STUB_LISTEN_H
#define RELAY_STUB_LISTEN_H

#include <stdbool.h>

#include "base/buf.h"

/* Listens on an IPv4 address and *port (0: any free one, to which *port is set). Returns the socket. Ends the
 * process with EX_UNAVAILABLE if the address is not available. */
int listen_open(const char *address, int *port);
/* Accepts the next connection and returns its socket; -1 with errno on failure: EAGAIN when none waits. */
int listen_accept(int fd);

/* Writes the URL and '\n' to the file. A regular file appears with its whole content or not at all; a FIFO or
 * a character device is written to. True when that is done; false while a FIFO has no reader: call it again.
 * Ends the process with EX_IOERR if it fails, or if the file is a link that another user made. */
bool listen_tell_file(const char *path, struct span url);

/* Continues in a child that leads a new session. The parent waits for listen_tell_parent(), prints the URL
 * and the child's pid, and exits with 0; if the child ends before that, with the child's status. Returns, in
 * the child, the descriptor for listen_tell_parent(). */
int listen_detach(void);
/* In the child: passes the URL to the parent, then lets go of stdout, of stdin if it is a terminal, and of
 * stderr unless it is a regular file. */
void listen_tell_parent(int fd, struct span url);

#endif
