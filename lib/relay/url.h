/* SPDX-License-Identifier: MIT */
/* The dial URL (protocol §1). */
#ifndef RELAY_RELAY_URL_H
#define RELAY_RELAY_URL_H

#include "base/buf.h"

/* Appends the dial URL made of a base URL: trimmed, https→wss, http→ws (the scheme in
 * letters of either case), without trailing '/', ending in /relay. */
void relay_url(struct buf *out, const char *base);

/* Appends a URL, or a text with URLs between single quotes, for eyes: without users and passwords. A URL may
 * lack its scheme. */
void url_without_login(struct buf *out, const char *text);

#endif
