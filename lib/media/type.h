/* SPDX-License-Identifier: MIT */
/* Content types of files: what a file is, and whether a type is one that is wanted. Pure. */
#ifndef RELAY_MEDIA_TYPE_H
#define RELAY_MEDIA_TYPE_H

#include <stdbool.h>

#include "base/buf.h"

/* The content type of a file by its first bytes, or else by the end of its name; static text. Nothing known:
 * application/octet-stream. */
const char *type_of(struct span head, const char *name);
/* The usual end of a name for a type, with its dot; "" if none is known. Parameters are ignored. */
const char *type_suffix(struct span type);
/* The media_kind of a type (protocol §4): image, audio, video or document. */
const char *type_kind(struct span type);

/* Whether a server's content type is one of the patterns, which are separated by commas: a type, or its
 * beginning and an asterisk. Letters of either case are equal, and parameters are ignored. A server that does
 * not know (no type, or application/octet-stream) is believed. */
bool type_wanted(const char *patterns, struct span type);
/* Whether the text may be a content type: TYPE/SUBTYPE, perhaps with parameters, on one line. */
bool type_valid(struct span type);

#endif
