/* SPDX-License-Identifier: MIT */
/* The files that an inbound frame names (protocol §6): media_urls and media. Pure. */
#ifndef RELAY_MEDIA_WANTED_H
#define RELAY_MEDIA_WANTED_H

#include "base/buf.h"

enum { WANTED_MOST = 32 }; /* files of one message */

struct wanted {
    struct buf url;
    struct buf name;   /* what the message calls it, untrusted; empty: nothing */
    const char *types; /* the content types that fit it, or "" */
};

struct wanted_list {
    struct wanted v[WANTED_MOST];
    size_t n;
    size_t more; /* how many more the message names */
};

/* Lists the files of an event's text, each URL once. */
void wanted_read(struct wanted_list *l, struct span event);
void wanted_free(struct wanted_list *l);

#endif
