/* SPDX-License-Identifier: MIT */
/* The status of a run in a few words, for a service manager (base/notify.h). Pure. */
#ifndef RELAY_DIAL_NOTICE_H
#define RELAY_DIAL_NOTICE_H

#include "dial/phase.h"
#include "link/link.h"

struct notice {
    enum phase phase;
    enum link_phase link;
    int64_t since; /* when the link got into that state, clock_wall_ms() */
    unsigned attempt;
    int64_t running, waiting, stored;
    size_t owed; /* replies */
};

/* Appends the words; now: clock_wall_ms(). */
void notice_words(struct buf *out, const struct notice *n, int64_t now);

#endif
