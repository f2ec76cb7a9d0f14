/* SPDX-License-Identifier: MIT */
/* The status of a run as metrics, in the text format of Prometheus (its node_exporter reads such files). */
#ifndef RELAY_DIAL_STATS_H
#define RELAY_DIAL_STATS_H

#include "dial/status.h"

/* Appends all metrics. version: of the tool. */
void stats_text(struct buf *out, const struct status *s, const char *version);

#endif
