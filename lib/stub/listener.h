/* SPDX-License-Identifier: MIT */
/* A listening TCP socket. */
#ifndef RELAY_STUB_LISTENER_H
#define RELAY_STUB_LISTENER_H

/* Listens on an IPv4 address and *port (0: any free one; set to the one it is). Ends the process with
 * EX_UNAVAILABLE where it cannot be had. */
int listener_open(const char *address, int *port);
/* The next connection, or -1 when none waits. */
int listener_accept(int fd);

#endif
