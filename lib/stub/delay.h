/* SPDX-License-Identifier: MIT */
/* Answers that wait until they are due; those due at the same moment go in the order they were added. */
#ifndef RELAY_STUB_DELAY_H
#define RELAY_STUB_DELAY_H

#include <stdint.h>

#include "base/buf.h"

struct delayed {
    struct delayed *next, *prev;
    int64_t due; /* clock_ms() */
    void *to;    /* NULL: its receiver is gone */
    int effect;  /* what else happens when it is sent, for the owner */
    struct buf line;
};

/* All zero is empty. */
struct delay {
    struct delayed *first; /* a utlist list, sorted by due */
    size_t bytes;          /* of all lines */
};

/* Adds an answer. Takes over the line. */
void delay_add(struct delay *all, int64_t due, void *to, int effect, struct buf *line);
/* The moment at which the first one is due, or INT64_MAX. */
int64_t delay_due(const struct delay *all);
/* Drops the first one. */
void delay_drop(struct delay *all);
/* Removes the receiver from all answers to it; returns how many lines were among them. */
size_t delay_forget(struct delay *all, const void *to);

#endif
