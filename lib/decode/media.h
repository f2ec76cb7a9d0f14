/* SPDX-License-Identifier: MIT */
/* The types of a message's media, url by url (protocol §6). */
#ifndef RELAY_DECODE_MEDIA_H
#define RELAY_DECODE_MEDIA_H

#include "base/arena.h"

/* Appends the JSON list media_types: for each element of the list `urls`, the mime that the list `media` has
 * for that url, otherwise "". Of several entries for one url, the last one counts. Working memory comes from
 * the arena. */
void media_types(struct arena *a, struct buf *out, struct span urls, struct span media);
/* The same without a list `media`: the strings of the list `types`, position by position, otherwise "". */
void media_types_kept(struct buf *out, struct span urls, struct span types);

#endif
