/* SPDX-License-Identifier: MIT */
/* The types of a message's media, url by url (protocol §6). */
#ifndef RELAY_DECODE_MEDIA_H
#define RELAY_DECODE_MEDIA_H

#include "base/buf.h"

struct media_entry;

/* Working space: all zero at first, media_free() at the end. */
struct media {
    struct buf text, wanted;
    struct media_entry *entries;
    size_t cap;
};

/* Appends the JSON list media_types: for each element of the list `urls` the mime that the list `media` has
 * for that url, else "". Of several entries for one url the last one counts. */
void media_types(struct media *m, struct buf *out, struct span urls, struct span media);
/* The same if there is no list `media`: the strings of the list `types`, place by place, else "". */
void media_types_kept(struct buf *out, struct span urls, struct span types);
void media_free(struct media *m);

#endif
