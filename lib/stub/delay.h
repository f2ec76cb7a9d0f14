/* SPDX-License-Identifier: MIT */
/* Answers that wait for their moment, in the order they were given. */
#ifndef RELAY_STUB_DELAY_H
#define RELAY_STUB_DELAY_H

#include <stdint.h>

#include "base/buf.h"

struct answer {
    struct answer *next;
    int64_t due; /* clock_ms() */
    void *to;    /* NULL: its receiver is no more */
    int effect;  /* what else happens when it goes out: the owner's */
    struct buf line;
};

/* All zero is empty. */
struct answers {
    struct answer *first, *last;
    size_t bytes;
};

/* Takes over the line. None may be due before an earlier one. */
void answers_add(struct answers *all, int64_t due, void *to, int effect, struct buf *line);
/* The moment the first one is due, or INT64_MAX. */
int64_t answers_due(const struct answers *all);
/* Drops the first one. */
void answers_drop(struct answers *all);
/* Makes those to that receiver be for nobody; returns how many lines were among them. */
size_t answers_forget(struct answers *all, const void *to);

#endif
