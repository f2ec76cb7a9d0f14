/* SPDX-License-Identifier: MIT */
/* The gateway's secret: from a file that nobody else can read, or the environment; never from an argument. */
#ifndef RELAY_RELAY_SECRET_H
#define RELAY_RELAY_SECRET_H

#include "base/buf.h"

/* Reads a secret file: its content without the trailing line end, at most 64 KiB. Ends the process with
 * EX_NOINPUT if it cannot be read, and with EX_CONFIG if it is open to the group or others, or holds nothing
 * but white space. A process that has read a secret can no longer be inspected by other processes of its
 * user, nor leave a core file. */
void secret_read(struct buf *out, const char *path);

/* The secret for a dial: of the file, or of GATEWAY_RELAY_SECRET if path is NULL. A variable of white space
 * only counts as none: false. It is wiped and removed from the environment in any case, so that no child
 * inherits it or reads it in /proc. */
bool secret_load(struct buf *out, const char *path);

/* Overwrites and frees. */
void secret_forget(struct buf *b);

#endif
