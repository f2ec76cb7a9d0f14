/* SPDX-License-Identifier: MIT */
/* The dial URL (protocol §1). */
#ifndef RELAY_RELAY_URL_H
#define RELAY_RELAY_URL_H

#include "base/buf.h"

/* Appends the dial URL made from a base URL: trimmed, https→wss, http→ws (the scheme in letters of either
 * case), its path without trailing '/' and ending in /relay. A query is kept after the path, a fragment is
 * dropped. Whether it is a URL at all is decided by libcurl: link_check(). */
void relay_url(struct buf *out, const char *base);

/* Appends a printable form of the URL, with user and password removed. The scheme may be missing. If it is
 * not a URL, everything that could belong to a password is removed. */
void url_without_login(struct buf *out, const char *url);
/* Appends a message that may quote a URL in single quotes, without the URL's user and password. */
void text_without_logins(struct buf *out, const char *text);

#endif
