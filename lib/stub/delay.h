/* SPDX-License-Identifier: MIT */
/* Answers that wait for their moment; of those with the same one, the first given goes first. */
#ifndef RELAY_STUB_DELAY_H
#define RELAY_STUB_DELAY_H

#include <stdint.h>

#include "base/buf.h"

struct delayed {
    struct delayed *next, *prev;
    int64_t due; /* clock_ms() */
    void *to;    /* NULL: its receiver is gone */
    int effect;  /* what else happens when it goes out: the owner's */
    struct buf line;
};

/* All zero is empty. */
struct delay {
    struct delayed *first; /* a list of utlist.h, by due */
    size_t bytes;
};

/* Takes over the line. */
void delay_add(struct delay *all, int64_t due, void *to, int effect, struct buf *line);
/* The moment the first one is due, or INT64_MAX. */
int64_t delay_due(const struct delay *all);
/* Drops the first one. */
void delay_drop(struct delay *all);
/* Makes those to that receiver be for nobody; returns how many lines were among them. */
size_t delay_forget(struct delay *all, const void *to);

#endif
