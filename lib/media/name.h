/* SPDX-License-Identifier: MIT */
/* Names of files: those that come from elsewhere are hostile. Pure. */
#ifndef RELAY_MEDIA_NAME_H
#define RELAY_MEDIA_NAME_H

#include <stdbool.h>

#include "base/buf.h"

enum {
    NAME_MOST = 120,   /* longest name made by name_safe(), in bytes */
    NAME_HEADER = 255, /* longest value made by name_header(), in characters (protocol §9) */
};

/* Appends a name that is safe in any directory, on a terminal and in a script, made from an untrusted one:
 * its last part (after '/' or '\'), without control, invisible and other characters with a meaning to a shell
 * or file system, without dots, dashes and blanks at its start, at most NAME_MOST bytes. Its end
 * (".png") is kept. If nothing is left: "media". If it has no end, that of the content type is added. */
void name_safe(struct buf *out, struct span name, struct span type);

/* Appends the file name that a Content-Disposition header suggests, not safe yet; false: none. */
bool name_of_disposition(struct buf *out, struct span header);
/* Appends the last part of a URL's path, decoded and not safe yet; false: it is empty. */
bool name_of_url(struct buf *out, struct span url);

/* Appends the name as the value of X-Media-Filename: its last part, with bytes that a header cannot hold, and
 * '%', as %XX; cut at a character, with its end kept. */
void name_header(struct buf *out, struct span name);

#endif
