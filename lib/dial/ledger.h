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
    LEDGER_REMEMBERED = 4096, /* answered outbounds kept, to recognise a second answer */
};

/* One reply owed, or given. Owned by the ledger. */
struct owed {
    enum frame_type type; /* of the frame that is to be answered */
    struct span key;      /* requestId or platform, JSON text; {NULL, 0} for going_idle */
    struct span op, chat; /* of an outbound's action, JSON text; n is 0 if it has none */
    uint64_t frame; /* its number among the frames that go up; 0: it was handed to a connection at once */
    unsigned marks; /* of an outbound, for its results (relay/result.h) */
    int64_t taken;  /* when it was taken, microseconds */
    int64_t until;  /* when it is overdue, ms */
};

struct ledger;
struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* How long a reply to a frame of that type is awaited, in ms; 0 if none is owed. */
int64_t ledger_patience(enum frame_type type);

/* Notes that a frame was taken at the moment now_us (microseconds); for other types nothing is owed. NULL, or
 * why the frame cannot be taken (static text): an outbound without a string requestId, or with one that is
 * already in flight, could not be answered. */
const char *ledger_owe(struct ledger *l, const struct frame *f, uint64_t number, int64_t now_us);

/* The outbound that an outbound_result answers; NULL if it is not owed. */
const struct owed *ledger_find(struct ledger *l, const struct frame *f);

enum ledger_answer {
    LEDGER_NO_ANSWER, /* not a reply, or one that was not asked for here */
    LEDGER_SETTLED,   /* the reply to something owed, which is now settled */
    LEDGER_AGAIN,     /* another answer to an outbound that already has one */
};
/* Books a frame that came down. */
enum ledger_answer ledger_book(struct ledger *l, const struct frame *f);

/* The number of replies still owed; the same for one type. */
size_t ledger_count(const struct ledger *l);
size_t ledger_count_type(const struct ledger *l, enum frame_type type);
/* The moment (ms) the oldest owed one of a type was taken; INT64_MAX if there is none. */
int64_t ledger_oldest(const struct ledger *l, enum frame_type type);
/* The moment at which the next one is overdue, or INT64_MAX. */
int64_t ledger_next(const struct ledger *l);
/* The owed reply that was due first, if it is overdue at `now`; otherwise NULL. */
const struct owed *ledger_overdue(const struct ledger *l, int64_t now);
/* Steps through the owed replies by type, each type in the order taken: NULL starts; NULL after the last. */
const struct owed *ledger_each(const struct ledger *l, const struct owed *after);
/* Marks a reply as no longer owed: an outbound counts as answered from now on. */
void ledger_close(struct ledger *l, const struct owed *o);

/* Appends an outbound_result that is made locally (design §1), without '\n': error is plain text, marks are
 * those of the outbound. */
void ledger_result(struct buf *out, struct span request_id, struct span error, bool ambiguous,
                   unsigned marks);

#endif
