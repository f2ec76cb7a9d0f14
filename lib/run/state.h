/* SPDX-License-Identifier: MIT */
/* --state-dir: a directory for each session, where COMMAND keeps what it wants to find again. */
#ifndef RELAY_RUN_STATE_H
#define RELAY_RUN_STATE_H

#include "run/turn.h"

/* Makes the directory that holds those of the sessions, if need be, with mode 0700. Returns its absolute
 * path, which the caller frees; NULL: errno is set. */
char *state_open(const char *dir);
/* Makes the directory of the turn's session in it, with mode 0700, and appends its path. Its name is
 * session_id() (relay/session.h). Returns 0 or the errno of what failed: it must be a directory of ours, no
 * link to one. */
int state_make(struct buf *path, const char *dir, const struct turn *t);

#endif
