/* SPDX-License-Identifier: MIT */
/* Telling where a server listens: in a file, and to the one who started it in the background. */
#ifndef RELAY_STUB_LISTEN_H
#define RELAY_STUB_LISTEN_H

#include "base/buf.h"

/* Writes the URL and '\n' to the file, which is there with its whole content or not at all. Ends the process
 * with EX_IOERR where that fails. */
void announce_file(const char *path, struct span url);

/* Goes on in a child that leads a session of its own. The parent waits for announce_parent(), prints the URL
 * and the child's pid and ends with 0; where the child ends before, with its status. Returns the descriptor
 * for announce_parent(). */
int announce_detach(void);
/* In the child: tells the parent, then lets go of stdout, of a stdin that is a terminal, and of a stderr that
 * is no regular file. */
void announce_parent(int fd, struct span url);

#endif
