/* SPDX-License-Identifier: MIT */
/* A checksum in a line of JSON on disk, so that a byte that changed is noticed. The line stays JSON: the sum
 * is its object's last member, ,"crc":"1a2b3c4d"} (CRC-32 of the line without it). Pure. */
#ifndef RELAY_BASE_SEAL_H
#define RELAY_BASE_SEAL_H

#include "base/buf.h"

/* Appends the line with its sum, without a line end. The line is a JSON object with a member at least. */
void seal_add(struct buf *out, struct span line);

enum seal {
    SEAL_NONE,   /* the line has no sum: it is older than they are */
    SEAL_WHOLE,  /* the sum is right: *line is what was sealed */
    SEAL_BROKEN, /* the line or its sum has changed */
};
/* Looks at a line; one with a right sum loses it, in place. */
enum seal seal_open(char *text, struct span *line);

#endif
