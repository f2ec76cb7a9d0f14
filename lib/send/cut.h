/* SPDX-License-Identifier: MIT */
/* The choice of the place at which a part ends. */
#ifndef RELAY_SEND_CUT_H
#define RELAY_SEND_CUT_H

#include "send/split.h"

struct cut {
    size_t at;    /* end of the part's text; 0: there is no possible cut */
    bool last;    /* the part reaches the end of the text */
    bool cluster; /* it tears a cluster */
    size_t lead;  /* end of the white space before the part's first ink */
};

/* Chooses the end of the part that begins at s->at. */
struct cut cut_find(struct split *s);

#endif
