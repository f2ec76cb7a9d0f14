/* SPDX-License-Identifier: MIT */
/* The files of messages, fetched before the prompt (--media; run/fetch.h); private to lib/acp/. */
#ifndef RELAY_ACP_ATTACH_H
#define RELAY_ACP_ATTACH_H

#include "acp/client.h"

/* Starts to fetch the files of the turn in work. False: there are none, or they cannot be fetched, which was
 * reported. */
bool attach_begin(struct client *c, struct filter *f, struct talk *k);
/* Call these before a wait and after it; ended: SIGCHLD arrived. What has come is in k->turn->files. */
void attach_prepare(struct client *c, struct pollset *ps);
void attach_ready(struct client *c, struct filter *f, const struct pollset *ps, bool ended);
/* Stops it. */
void attach_stop(struct talk *k);

#endif
