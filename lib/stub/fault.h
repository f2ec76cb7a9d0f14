/* SPDX-License-Identifier: MIT */
/* What befalls the connections of a stub: the k-th fault of the list is for the k-th connection. */
#ifndef RELAY_STUB_FAULT_H
#define RELAY_STUB_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_CLOSE,     /* a close frame after that many frames, the last one answered */
    FAULT_DROP,      /* the TCP connection ends after that many frames, the last one not answered */
    FAULT_STATUS,    /* the upgrade is refused with an HTTP status */
    FAULT_HALF_OPEN, /* after the first descriptor: neither reads nor writes, and stays */
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
    bool every; /* the last one is for all later connections as well */
};

/* Adds a fault; false where the text has not the form. */
bool fault_add_close(struct faults *all, const char *text); /* CODE[:REASON]@N */
void fault_add(struct faults *all, enum fault_kind kind, int code, uintmax_t after);
/* The fault of a connection, counted from 0. */
struct fault fault_of(const struct faults *all, uintmax_t connection);
/* The headers that explain an HTTP status, each ended by "\r\n"; "" for most. */
const char *fault_headers(int status);
void faults_free(struct faults *all);

#endif
