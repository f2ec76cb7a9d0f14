/* SPDX-License-Identifier: MIT */
/* What the parts of relay-dial share. Private to lib/dial*.c. */
#ifndef RELAY_DIAL_INTERNAL_H
#define RELAY_DIAL_INTERNAL_H

#include "dial/reconnect.h"
#include "base/child.h"
#include "dial/dial.h"
#include "dial/ledger.h"
#include "dial/record.h"

enum phase {
    SERVING,
    DRAINING,  /* ring: `link draining` goes round; the flip is awaited */
    FINISHING, /* ring: the head is closed, COMMAND finishes its work */
    SETTLING,  /* no more input: owed replies are awaited */
    CLOSING,   /* our close frame is on its way */
    DONE,
};

enum {
    OUT_HIGH = 1 << 20, /* more than this waits to go down: the link is not read */
    UP_HIGH = 64 << 10, /* more than this waits to go up: the tail is not read */
    UP_STUFFED =
        64 << 20, /* the same while the head is stuffed too, so that ring and peer cannot block each other */
    OUT_MOST = 64 << 20, /* more than this waits to go down, answers made here: the tail is not read */
    OWED_MOST = 1 << 18, /* more outbounds than this have no answer: the tail is not read */
};

struct hello {
    struct buf line;
    struct buf key; /* platform and botId */
};

struct dial {
    const struct dial_options *o;
    enum phase phase;
    int status;

    struct link *link;
    bool link_over;      /* no connection now, and none will be dialled */
    bool had_descriptor; /* on this connection */
    int64_t stable_at;   /* when the failures are forgotten; INT64_MAX */
    int64_t redial_at;   /* INT64_MAX: none is due */
    unsigned failures, attempt;
    int64_t last_expiry;
    struct auth auth;
    uint64_t number; /* of the last frame given to the link */
    struct ledger *ledger;
    struct hello *hellos; /* each distinct one that passed, in order */
    size_t n_hellos;
    struct buf url; /* for eyes: without user and password */

    struct reader tail; /* lines that go up; fd -1 once ended */
    bool tail_stop;     /* nothing more is read from it */
    struct writer head; /* lines that go down; fd -1 once closed */
    bool head_closing;  /* close it when it is flushed */
    struct child child;
    int command_status;
    pid_t group;
    int signals; /* how many came */
    bool idle_passed, draining_back, flipped, expired, told_ready;
    int64_t phase_by; /* when the present phase has lasted too long; INT64_MAX */
    int kills;

    struct record record;
    int64_t end_at; /* --max-time */
    int64_t received;
    size_t unsent, undelivered;
    struct frame frame;
    struct buf scratch;
};

/* dial_end.c: phases and the end */
void dial_fail(struct dial *d, int status); /* keeps the weightiest exit status */
void dial_close_head(struct dial *d);       /* once it is flushed */
void dial_head_failed(struct dial *d);      /* errno says how */
void dial_flush_head(struct dial *d);
void dial_start_end(struct dial *d, int64_t limit); /* ends the run in order; limit: ms for owed replies */
void dial_signal(struct dial *d, int number);
void dial_phase_timeout(struct dial *d);
void dial_advance(struct dial *d); /* to the next phase, where it is time */

/* dial_frames.c: what passes */
void dial_up(struct dial *d, struct span line);
void dial_long_line(struct dial *d); /* one that is over --max-frame */
void dial_down(struct dial *d, struct span line);
/* Counts what waits to go down and never will as a loss. */
void dial_undelivered(struct dial *d);
/* Puts a line made here into the stream. */
void dial_emit(struct dial *d, struct span line);
void dial_emit_result(struct dial *d, struct span request_id, struct span error, bool ambiguous);
/* `link` frames: members is JSON text that follows "state", or "". */
void dial_emit_link(struct dial *d, const char *state, const char *members);

/* dial_link.c: the life of the link */
void dial_start(struct dial *d);
void dial_opened(struct dial *d);
void dial_lost(struct dial *d);
/* Ends a link that is not open, and says why: no further dial. */
void dial_abandon(struct dial *d, const char *why);
/* Settles what is overdue now; or all that is owed, where `all` says why nobody waits any longer. */
void dial_overdue(struct dial *d, const char *all);

#endif
