/* SPDX-License-Identifier: MIT */
/* The other side of the control socket: sends the actions on stdin to a ring, and prints their results. */
#ifndef RELAY_CONTROL_SEND_H
#define RELAY_CONTROL_SEND_H

#include "relay/filter.h"

struct control_send {
    struct writer out; /* the socket */
    struct reader in;  /* the same */
    int64_t wait;      /* ms after the end of input for the results */
    int64_t until;     /* clock_ms(); INT64_MAX: the input has not ended */
    size_t owed;       /* actions without their last result */
    bool over;         /* the ring closed, or the time is over */
    int slot;
};

/* Connects. Ends the process with EX_UNAVAILABLE if nobody listens. */
void control_send_open(struct control_send *s, const char *path);
/* Fills in the callbacks of the filter; call it before filter_init(). */
void control_send_init(struct control_send *s, struct filter *f);
void control_send_close(struct control_send *s);

/* The exit status for a result: EX_OK; EX_UNAVAILABLE: it was never sent; EX_TEMPFAIL: whether it was done is
 * not known; EX_NO: it was refused. Pure. */
struct result;
int control_status(const struct result *r);

#endif
