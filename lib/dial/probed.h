/* SPDX-License-Identifier: MIT */
/* What a dial has shown about the way to a connector, as findings. */
#ifndef RELAY_DIAL_PROBED_H
#define RELAY_DIAL_PROBED_H

#include "dial/dial.h"
#include "dial/findings.h"

/* Appends "WHAT 1.2 ms", after a comma if need be; nothing if the duration in microseconds is not positive.
 */
void probed_ms(struct buf *b, const char *what, int64_t us);
/* The proxy. */
void probed_before(struct findings *f, const struct dial_options *o, const struct link_probe *p);
/* The certificate, the token, the peer's clock. */
void probed_after(struct findings *f, const struct dial_options *o, const struct link_probe *p);

#endif
