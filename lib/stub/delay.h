/* SPDX-License-Identifier: MIT */
/* Answers that wait for their moment, in the order they were given. */
#ifndef RELAY_STUB_DELAY_H
#define RELAY_STUB_DELAY_H

#include <stdint.h>

#include "base/buf.h"

struct delayed_answer {
    struct delayed_answer *next;
    int64_t due; /* clock_ms() */
    void *to;    /* NULL: its receiver is no more */
    int effect;  /* what else happens when it goes out: the owner's */
    struct buf line;
};

/* All zero is empty. */
struct delayed {
    struct delayed_answer *first, *last;
    size_t bytes;
};

/* Takes over the line. None may be due before an earlier one. */
void delay_add(struct delayed *all, int64_t due, void *to, int effect, struct buf *line);
/* The moment the first one is due, or INT64_MAX. */
int64_t delay_due(const struct delayed *all);
/* Drops the first one. */
void delay_drop(struct delayed *all);
/* Makes those to that receiver be for nobody; returns how many lines were among them. */
size_t delay_forget(struct delayed *all, const void *to);

#endif
