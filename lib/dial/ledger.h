/* SPDX-License-Identifier: MIT */
/* The ledger of owed replies (protocol §3): hello → descriptor, outbound → outbound_result, going_idle →
 * going_idle_ack. The ledger knows no clock and no link: moments and frame numbers are given to it. */
#ifndef RELAY_DIAL_LEDGER_H
#define RELAY_DIAL_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/frame.h"

enum {
    LEDGER_HELLO_MS = 30000,
    LEDGER_OUTBOUND_MS = 30000,
    LEDGER_GOING_IDLE_MS = 10000,
    LEDGER_REMEMBERED = 4096, /* answered outbounds kept, to know a second answer by */
};

/* One reply owed, or given. Owned by the ledger. */
struct owed {
    enum frame_type type; /* of the frame that is to be answered */
    struct span key;      /* requestId or platform, JSON text; {NULL, 0} for going_idle */
    struct span op, chat; /* of an outbound's action, JSON text; n is 0 if it has none */
    uint64_t frame;       /* its number among the frames that go up; 0: a connection was handed it at once */
    int64_t taken;        /* the moment it was taken */
    int64_t until;        /* the moment it is overdue */
};

struct ledger;
struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* How long a reply to a frame of that type is waited for, in ms; 0 for one that owes none. */
int64_t ledger_patience(enum frame_type type);

/* Notes that a frame was taken at the moment `now`; of other types nothing is owed. NULL, or why the frame
 * cannot be taken: an outbound without a string requestId, or with one that is in flight already, could not
 * be answered. */
const char *ledger_owe(struct ledger *l, const struct frame *f, uint64_t number, int64_t now);

/* The outbound that an outbound_result answers; NULL if it is not owed. */
const struct owed *ledger_find(struct ledger *l, const struct frame *f);

enum ledger_answer {
    LEDGER_NO_ANSWER, /* not a reply, or one nobody here asked for */
    LEDGER_SETTLED,   /* the reply to something owed, which is owed no more */
    LEDGER_AGAIN,     /* a further answer to an outbound that has its answer */
};
/* Books a frame that came down. */
enum ledger_answer ledger_book(struct ledger *l, const struct frame *f);

/* Replies still owed; of one type. */
size_t ledger_count(const struct ledger *l);
size_t ledger_count_type(const struct ledger *l, enum frame_type type);
/* The moment the oldest of a type that is owed was taken; INT64_MAX when none is. */
int64_t ledger_oldest(const struct ledger *l, enum frame_type type);
/* The moment the next one is overdue, or INT64_MAX. */
int64_t ledger_next(const struct ledger *l);
/* The oldest owed reply that is overdue at `now`; NULL when none is. */
const struct owed *ledger_overdue(const struct ledger *l, int64_t now);
/* The owed replies, by type, each in the order they were taken: NULL starts, NULL after the last. */
const struct owed *ledger_each(const struct ledger *l, const struct owed *after);
/* Is not owed any more: an outbound counts as answered from now on. */
void ledger_close(struct ledger *l, const struct owed *o);

/* Appends the outbound_result that the link makes itself (design §1), without '\n'. */
void ledger_result(struct buf *out, struct span request_id, const char *error, size_t n, bool ambiguous);

#endif
