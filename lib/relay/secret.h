/* SPDX-License-Identifier: MIT */
/* The gateway's secret: from a file that others cannot read, a descriptor, or the environment; never from an
 * argument. */
#ifndef RELAY_RELAY_SECRET_H
#define RELAY_RELAY_SECRET_H

#include <sys/types.h>

#include "base/buf.h"

#define SECRET_CREDENTIAL "relay-secret" /* the file's name in $CREDENTIALS_DIRECTORY */

/* Appends the content of a secret file without the trailing line end, at most 64 KiB. Ends the process with
 * EX_NOINPUT if it cannot be read, and with EX_CONFIG if it holds only white space, or is open to the group
 * or others. Exempt from the last rule is a file below $CREDENTIALS_DIRECTORY, /run/secrets or
 * /var/run/secrets that root owns and only root can change or replace. A process that has read a secret can
 * no longer be inspected by other processes of its user, and does not leave a core file. */
void secret_read(struct buf *out, const char *path);

/* Appends the secret for a dial: from the file; or, if path is NULL, from the descriptor, read to its end and
 * closed; or, if fd is negative too, from GATEWAY_RELAY_SECRET; or else from the credential of the name
 * above. False: there is none; a variable that holds only white space counts as none. In any case the
 * variable is wiped and removed from the environment, so that no child inherits it or reads it in /proc. */
bool secret_load(struct buf *out, const char *path, int fd);

/* Ends the process with EX_NOINPUT if the file of --option cannot be read, and with EX_CONFIG if its mode has
 * one of the bits of `refused`: a private key that others can read. */
void secret_check_file(const char *path, const char *option, mode_t refused);

/* Overwrites the bytes and frees the buffer. */
void secret_forget(struct buf *b);

#endif
