/* SPDX-License-Identifier: MIT */
/* The state file of relay-scope: a log of what was learnt, one JSON object per line and one line per change
 * to a chat's record for a platform. */
#ifndef RELAY_RELAY_SCOPE_STATE_H
#define RELAY_RELAY_SCOPE_STATE_H

#include "relay/scope.h"

struct scope_file;

/* Opens the file and fills the table from it. Ends the process: EX_NOINPUT if the file cannot be used, or is
 * another kind of file, which is left unchanged; EX_CONFIG if another process has it. Uses the table until
 * scope_file_close(). */
struct scope_file *scope_file_open(const char *path, struct scope *scope);
/* Writes a record. If that fails, reports it once, and later writes the whole table. */
void scope_file_add(struct scope_file *f, const struct scope_record *r);
/* Returns an exit status: EX_IOERR if writing has failed, EX_DATAERR if there were lines that could not
 * be read. */
int scope_file_close(struct scope_file *f);

#endif
