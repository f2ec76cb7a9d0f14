/* SPDX-License-Identifier: MIT */
/* The relay-media that has the secret: it does transfers for others of this user, who reach it by a socket
 * and do not need the secret. */
#ifndef RELAY_MEDIA_SERVE_H
#define RELAY_MEDIA_SERVE_H

#include "media/transfer.h"

/* Listens on a socket at the path, or (NULL) in a new directory of its own, and continues as COMMAND, with
 * RELAY_MEDIA_SOCKET in its environment; a child serves the socket until COMMAND ends. In the child, load
 * fills in the options (its ctx is theirs) and ends the process if that fails; then COMMAND does not start.
 * Returns only if COMMAND cannot be started: the exit status. */
int serve(const char *path, char *const *command, struct transfer_options *o,
          void (*load)(struct transfer_options *o));

#endif
