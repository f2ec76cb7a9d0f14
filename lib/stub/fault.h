/* SPDX-License-Identifier: MIT */
/* The faults of a stub: those of its connections, the k-th of the list for the k-th connection; and those of
 * its messages, that is, how the lines queued for a gateway are cut into WebSocket messages: one line per
 * message, or in any other way that protocol §1 says a gateway may meet. Pure; seeded, so that a run can be
 * replayed. */
#ifndef RELAY_STUB_FAULT_H
#define RELAY_STUB_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_CLOSE,     /* a close frame after `after` frames, the last one answered */
    FAULT_DROP,      /* the TCP connection ends after `after` frames, the last one not answered */
    FAULT_STATUS,    /* the upgrade is refused with an HTTP status */
    FAULT_HALF_OPEN, /* after the first descriptor: neither reads nor writes, but stays connected */
};

struct fault {
    enum fault_kind kind;
    int code;        /* close code or HTTP status */
    char *reason;    /* of a close; owned */
    uintmax_t after; /* frames received */
};

struct faults {
    struct fault *v;
    size_t n;
    bool every; /* the last one also applies to all later connections */
};

/* Adds a fault; false if the text does not have the form. */
bool fault_add_close(struct faults *all, const char *text); /* CODE[:REASON]@N */
void fault_add(struct faults *all, enum fault_kind kind, int code, uintmax_t after);
/* The fault of a connection, counted from 0. */
struct fault fault_of(const struct faults *all, uintmax_t connection);
/* The headers that explain an HTTP status, each ending with "\r\n"; "" for most. Static. */
const char *fault_headers(int status);
void faults_free(struct faults *all);

struct framing {
    bool fragment; /* messages in several fragments, lines split over messages */
    bool coalesce; /* several lines in a message */
    bool garbage;  /* bad lines between the lines */
    uint64_t state;
};

/* Where a connection stands; all zero at first. */
struct framing_cut {
    size_t left;       /* bytes of the current message still to be written */
    bool open;         /* a fragment of it was written */
    bool mid_line;     /* the last message ended inside a line */
    bool garbage_last; /* the last piece was garbage */
};

/* What to write next. */
struct piece {
    struct span bytes; /* part of the queue, or garbage */
    size_t taken;      /* bytes of the queue that it uses up */
    bool first, final,
        binary; /* whether it is the first, the final fragment; whether the message is binary */
};

void framing_seed(struct framing *f, uint64_t seed);
/* A random number below n; n > 0. */
size_t framing_random(struct framing *f, size_t n);
/* The next piece to write. queue: whole lines, each with its '\n', not empty. */
struct piece framing_next(struct framing *f, struct framing_cut *c, struct span queue);

#endif
