/* SPDX-License-Identifier: MIT */
/* What an agent asks of its client; private to lib/acp/. */
#ifndef RELAY_ACP_SERVE_H
#define RELAY_ACP_SERVE_H

#include "acp/client.h"

/* Answers a request of the agent: files of the session's directory, permission; anything else is refused. */
void serve_request(struct client *c, struct filter *f, const struct rpc *m);

#endif
