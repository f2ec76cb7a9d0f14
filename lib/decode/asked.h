/* SPDX-License-Identifier: MIT */
/* What the frames that owe an answer asked for, so that the answer can say what it answers: outbound and its
 * result, hello and its descriptor, going_idle and its ack, a buffered delivery and its ack (protocol §3).
 * A bounded table; no I/O. */
#ifndef RELAY_DECODE_ASKED_H
#define RELAY_DECODE_ASKED_H

#include <stdint.h>

#include "decode/summary.h"

enum {
    ASKED_MOST = 16384, /* remembered at once; the oldest is forgotten first */
    ASKED_ID = 256,     /* bytes of a longest id: what has a longer one is not remembered */
};

/* One frame that owes an answer. Texts are cut at 64 bytes, except the id. */
struct asked {
    enum frame_type type;
    int64_t us; /* when, in microseconds since 1970; negative: not known */
    struct span id, op, platform, chat;
    struct asked_entry *entry; /* for the table only */
};

/* All zero is empty; call asked_free() at the end. */
struct asked_table {
    struct asked_entry *entries; /* oldest first */
    struct asked_entry *last;    /* the one that was answered by the latest frame */
    uint64_t forgotten;          /* entries that made room for others */
};

/* Takes a frame and its summary. If it answers one that is remembered: what that was, which is then no longer
 * owed; valid until the next call. Otherwise NULL, and a frame that owes an answer is remembered; one with
 * the id of an earlier one takes its place. */
const struct asked *asked_take(struct asked_table *t, const struct frame *f, const struct summary *s,
                               int64_t us);
/* Steps through what is still owed, oldest first: NULL is before the first and after the last. */
const struct asked *asked_next(const struct asked_table *t, const struct asked *a);
void asked_free(struct asked_table *t);

#endif
