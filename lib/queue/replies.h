/* SPDX-License-Identifier: MIT */
/* The way out: actions of workers go to the link, and their results back to the workers (relay-scale(7)).
 *
 * An action is copied from POOL_out to POOL_sent, deleted from POOL_out and emitted; with its last result it
 * is deleted from POOL_sent (claim.h). A wake-up tells that there is one; since that can be lost, there is a
 * look now and then, too. Emits on the filter, and raises its status: 75 if an action's state stays unknown,
 * 65 if something was no action. In a ring, nothing is taken while the link is lost, nor before its first
 * descriptor. */
#ifndef RELAY_QUEUE_REPLIES_H
#define RELAY_QUEUE_REPLIES_H

#include "queue/link.h"
#include "queue/pool.h"
#include "relay/filter.h"

struct replies;

struct replies_options {
    bool resend; /* send again what a ring that died may have sent */
};

/* Listens on out.G and now.G, answers for this ring, and looks at what an earlier ring left. All are
 * borrowed. Call it after filter_init(), before filter_run(). NULL: *status and `why`, as pool_open(). */
struct replies *replies_open(struct pool *p, struct filter *f, const struct link_name *link,
                             const struct replies_options *o, int *status, struct buf *why);
/* Before each wait (bus_prepare() is the caller's), and after each, after bus_ready(). */
void replies_prepare(struct replies *r, struct pollset *ps);
void replies_ready(struct replies *r);
/* A frame came down: any. It passes on in any case. */
void replies_frame(struct replies *r, const struct frame *fr);
/* The link drains: nothing more is taken from now on. May be called again. */
void replies_drain(struct replies *r);
/* After a drain that was not the end (a `link open` came): takes actions again. */
void replies_resume(struct replies *r);
/* The input has ended: no result comes any more. What is still owed is told, and left to the next ring. */
void replies_end(struct replies *r);
/* Whether something must be seen to its end before the process ends. */
bool replies_busy(const struct replies *r);
/* How many actions are taken and have no last result yet; and, unless it drains, 1 more while the link is up
 * and there may be actions that are not taken. */
size_t replies_owed(const struct replies *r);
void replies_close(struct replies *r);

#endif
