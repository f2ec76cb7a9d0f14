/* SPDX-License-Identifier: MIT */
/* Where a connector keeps media, and which URLs are its own (protocol §9). URLs are read by libcurl, which
 * also sends the requests, so that both see the same. */
#ifndef RELAY_MEDIA_ORIGIN_H
#define RELAY_MEDIA_ORIGIN_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/buf.h"

struct origin {
    char *scheme, *host, *port; /* http or https; the port always */
    struct buf path;            /* "/relay/media", perhaps after the path of the base */
};

/* Reads the dial URL (relay_url()), which link_check() would accept. False: it is not such a URL. */
bool origin_read(struct origin *o, const char *dial_url);
/* Reads a URL for a request: http or https, with a host, without a user. NULL, and *u is to be freed by
 * curl_url_cleanup(); or why not (static text). */
const char *origin_parse(CURLU **u, const char *url);
/* Whether the bearer may go to that URL: scheme, host and port are the connector's, and the path is below
 * that of its media, without any encoded dot or slash that could lead out of it. */
bool origin_owns(const struct origin *o, CURLU *u);
/* Appends the URL that files are sent to, or that of a file with that id. */
void origin_url(struct buf *out, const struct origin *o, const char *id);
/* Whether the text may be an id: letters, digits, '-', '_', '~' and '.', at most 256, not only dots. */
bool origin_id_valid(struct span id);
void origin_free(struct origin *o);

#endif
