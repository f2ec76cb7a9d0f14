/* SPDX-License-Identifier: MIT */
/* The turns of a client, from the prompt to the ack; private to lib/acp/. */
#ifndef RELAY_ACP_JOB_H
#define RELAY_ACP_JOB_H

#include "acp/client.h"

/* Starts the turns that may run now. */
void job_start(struct client *c, struct filter *f);
/* The agent's answer to a request of a turn. */
void job_response(struct client *c, struct filter *f, const struct rpc *m);
/* A session/update. */
void job_take(struct client *c, struct span params);
/* The agent ended, as `how` says: tells the chats of the turns that it had in work. again: it starts again,
 * and those that it did not have yet wait for that. */
void job_lost(struct client *c, struct filter *f, const char *how, bool again);

#endif
