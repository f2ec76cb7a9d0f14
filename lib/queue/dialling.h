/* SPDX-License-Identifier: MIT */
/* Making a connection, on a thread of its own: libnats waits for names, connects and shakes hands without a
 * limit of time. */
#ifndef RELAY_QUEUE_DIALLING_H
#define RELAY_QUEUE_DIALLING_H

#include "queue/arrivals.h"
#include "queue/bus.h"

/* Whether all are URLs that can be used; *why: what is wrong (static text). */
bool dialling_urls_fit(const char *urls, const char **why);
/* Appends the URLs without their logins. */
void dialling_show(struct buf *out, const char *urls);
/* libnats' options for all attempts; closure of their callbacks: a. NULL: `why` says what failed. */
natsOptions *dialling_options(const struct bus_options *o, struct arrivals *a, struct buf *why);
/* Starts an attempt, which ends with ARRIVAL_DIALLED; its text is the server's version, or what failed. */
void dialling_start(natsOptions *options, struct arrivals *a);
/* From now on, the servers are those of the URLs and those of their cluster that the connection has heard of.
 */
void dialling_learn(natsOptions *options, const char *urls, natsConnection *nc);

#endif
