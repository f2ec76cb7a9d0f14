/* SPDX-License-Identifier: MIT */
/* The name of a link in its pool (relay-scale(7)): its gateway id. */
#ifndef RELAY_QUEUE_LINK_H
#define RELAY_QUEUE_LINK_H

#include "base/buf.h"

struct link_name {
    const char *id;   /* as given; borrowed */
    struct buf token; /* as a token of a subject: pool_token() */
    struct buf json;  /* as a JSON string */
};

/* All zero before; call link_name_free() at the end. */
void link_name_init(struct link_name *l, const char *id);
void link_name_free(struct link_name *l);

#endif
