/* SPDX-License-Identifier: MIT */
/* What outlives a run, in one directory (mode 0700): for each session of the relay a directory, whose name is
 * a hash of the session key, with `session.json` (the key, and the id that the agent gave the session) and
 * `work`, the directory in which the agent works. One process at a time may use it. */
#ifndef RELAY_ACP_PLACE_H
#define RELAY_ACP_PLACE_H

#include "base/logfile.h"

struct place {
    char *path; /* absolute */
    char *cwd;  /* absolute: all sessions work there; NULL: each in its own directory */
    struct logfile lock;
};

/* Opens the directory, which is made if need be. path NULL: the default, relay-acp in XDG_STATE_HOME. cwd
 * NULL: see above. Ends the process: EX_NOINPUT if it cannot be used, EX_CONFIG if another process uses it.
 */
void place_open(struct place *s, const char *path, const char *cwd);
/* Makes what the session with that key needs. Appends its absolute working directory, and the agent's id of
 * the session as JSON text; no id if none is known. False: errno. */
bool place_session(const struct place *s, struct span key, struct buf *cwd, struct buf *id);
/* Keeps the agent's id of a session (JSON text; {NULL, 0}: forget it). False: errno. */
bool place_keep(const struct place *s, struct span key, struct span id);
/* Opens a working directory; -1: errno. */
int place_work(const struct buf *cwd);
void place_close(struct place *s);

#endif
