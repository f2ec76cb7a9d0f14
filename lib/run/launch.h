/* SPDX-License-Identifier: MIT */
/* How a COMMAND begins (run/worker.h): first the files of its message come, if they are wanted. Private to
 * worker.c, besides worker_start() and worker_report(). */
#ifndef RELAY_RUN_LAUNCH_H
#define RELAY_RUN_LAUNCH_H

#include "run/worker.h"

/* Emits a typing action, and says when the next one is due. */
void launch_typing(struct worker *w, struct filter *f);
/* Whether COMMAND has not been started yet. */
bool launch_pending(const struct worker *w);
/* Call it after a wait while that is so. True: COMMAND will not run. */
bool launch_ready(struct worker *w, struct filter *f, const struct pollset *ps, bool ended);

#endif
