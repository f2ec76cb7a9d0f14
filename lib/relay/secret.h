/* SPDX-License-Identifier: MIT */
/* The gateway's secret: from a file that others cannot read, or the environment; never from an argument. */
#ifndef RELAY_RELAY_SECRET_H
#define RELAY_RELAY_SECRET_H

#include "base/buf.h"

/* Appends the content of a secret file without the trailing line end, at most 64 KiB. Ends the process with
 * EX_NOINPUT if it cannot be read, and with EX_CONFIG if it is open to the group or others, or holds only
 * white space. A process that has read a secret can no longer be inspected by other processes of its user,
 * and does not leave a core file. */
void secret_read(struct buf *out, const char *path);

/* Appends the secret for a dial: from the file, or from GATEWAY_RELAY_SECRET if path is NULL. False: there is
 * none; a variable that holds only white space counts as none. In any case the variable is wiped and removed
 * from the environment, so that no child inherits it or reads it in /proc. */
bool secret_load(struct buf *out, const char *path);

/* Overwrites the bytes and frees the buffer. */
void secret_forget(struct buf *b);

#endif
