/* SPDX-License-Identifier: MIT */
/* Unix sockets: a name in the file system by which programs of one user talk to each other. */
#ifndef RELAY_BASE_LOCAL_H
#define RELAY_BASE_LOCAL_H

#include <stdbool.h>
#include <sys/types.h>

struct local {
    char *path;
    int fd; /* listens; non-blocking, closed in children */
    dev_t dev;
    ino_t ino;
};

/* Makes a socket file with mode 0600 and listens on it. A socket that nobody listens on is replaced; anything
 * else that is there stays, with errno: EADDRINUSE, somebody listens; EEXIST, it is not a socket; EPERM, it
 * is another user's; ENAMETOOLONG, a socket's path is shorter. False: nothing is left open. */
bool local_open(struct local *l, const char *path);
/* Accepts a connection of this user or of root, closed in children; -1 with errno: EAGAIN, none waits; EPERM,
 * one of another user was dropped. */
int local_accept(const struct local *l);
/* Removes the file if it is still ours, and closes. */
void local_close(struct local *l);

/* Connects, waiting; closed in children. -1 with errno. */
int local_connect(const char *path);

#endif
