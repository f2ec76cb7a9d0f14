/* SPDX-License-Identifier: MIT */
/* A checksum in a line of JSON on disk, so that a changed byte is noticed. The line stays JSON: the checksum
 * is its object's last member, ,"crc":"1a2b3c4d"} (CRC-32 of the line without it). Pure. */
#ifndef RELAY_BASE_SEAL_H
#define RELAY_BASE_SEAL_H

#include "base/buf.h"

/* Appends the line with its checksum, without a line end. The line must be a JSON object with at least one
 * member. */
void seal_add(struct buf *out, struct span line);

enum seal {
    SEAL_NONE,   /* the line has no checksum: it was written before there were any */
    SEAL_WHOLE,  /* the checksum is right: *line is what was sealed */
    SEAL_BROKEN, /* the line or its checksum has changed */
};
/* Checks a line; a right checksum is removed in place, so the text is modified. */
enum seal seal_open(char *text, struct span *line);

#endif
