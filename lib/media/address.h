/* SPDX-License-Identifier: MIT */
/* Which addresses anybody can reach. Pure. */
#ifndef RELAY_MEDIA_ADDRESS_H
#define RELAY_MEDIA_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether an IPv4 or IPv6 address is a public one: not of this machine, this link, a private network, a
 * carrier's network, multicast or reserved. An IPv4 address inside an IPv6 one is judged by itself. False for
 * any other family. */
bool address_is_public(const struct sockaddr *a);

#endif
