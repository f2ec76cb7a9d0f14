/* SPDX-License-Identifier: MIT */
/* The dial URL (protocol §1). */
#ifndef RELAY_RELAY_URL_H
#define RELAY_RELAY_URL_H

#include "base/buf.h"

/* Appends the dial URL made of a base URL: trimmed, https→wss, http→ws (the scheme in letters of either
 * case), its path without trailing '/' and ending in /relay. A query stays behind the path, a fragment goes.
 * Whether it is a URL at all is libcurl's to say: link_check(). */
void relay_url(struct buf *out, const char *base);

/* Appends a printable form of the URL, with user and password removed. The scheme may be missing. When it is
 * no URL, all that can belong to a password goes. */
void url_without_login(struct buf *out, const char *url);
/* Appends a message that may quote a URL between '\'', without its user and password. */
void text_without_logins(struct buf *out, const char *text);

#endif
