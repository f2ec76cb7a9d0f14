/* SPDX-License-Identifier: MIT */
/* What the parts of relay-dial share. Private to lib/dial/.
 *
 * Four queues. `tail` holds what was read from COMMAND (or stdin) and not looked at yet; it is read only
 * while the next queue has room. `lines` holds the frames that were taken but not yet handed to a connection:
 * losing the link does not change it, and an answer removes its request. The link holds what was handed to
 * the connection, and loses it with the connection. `head` holds what goes down to COMMAND (or stdout): the
 * link is read only while it has room. Results made here go into `head` too, so it has a second, higher
 * bound, at which `tail` waits.
 *
 * The files, each calling only those before it: phase, flip, ledger, lines, reconnect, latency, tally,
 * status, stats, notify, kept, record, ready (pure or nearly) - head (what goes down, and the exit status) -
 * observe (what is seen from outside) - owed (replies that are missing or refused) - redial (the link's life)
 * - drain (what the end waits for, and what it loses) - up, down (what passes) - command (COMMAND's life) -
 * end (the phases) - dial (the loop). */
#ifndef RELAY_DIAL_INTERNAL_H
#define RELAY_DIAL_INTERNAL_H

#include "base/child.h"
#include "base/notify.h"
#include "base/poll.h"
#include "dial/dial.h"
#include "dial/flip.h"
#include "dial/kept.h"
#include "dial/ledger.h"
#include "dial/lines.h"
#include "dial/phase.h"
#include "dial/ready.h"
#include "dial/reconnect.h"
#include "dial/record.h"
#include "dial/status.h"
#include "relay/identity.h"

enum {
    OUT_HIGH = 1 << 20, /* if more bytes than this wait to go down, the link is not read */
    UP_HIGH = 64 << 10, /* if more bytes than this wait to go up, the tail is not read */
    UP_STUFFED =
        64 << 20, /* the same while the head is stuffed too, so that ring and peer cannot block each other */
    OUT_MOST =
        64 << 20, /* if more bytes than this (answers made here) wait to go down, the tail is not read */
    OWED_MOST = 1 << 18, /* if more outbounds than this lack an answer, the tail is not read */
    REFUSED_MOST = 4096, /* refused outbounds that may be sent again, kept to be reported if they are not */
    SAME_SIGNAL = 500, /* ms in which a second signal is the first one, sent twice (a terminal, timeout(1)) */
    LAST_WORDS = 500,  /* ms for the answers to what COMMAND writes after --max-time */
    READER_GONE = 3000, /* ms for taken frames to get out when what comes down has no reader */
};

/* Where the live messages end in the stream of bytes that goes down: those not read yet are lost with the
 * reader. */
struct live {
    uint64_t *end; /* end of each, in bytes from the start of the stream; valid from index `from` on */
    size_t from, n, cap;
    uint64_t queued;    /* bytes that went into the head's queue */
    size_t here, piped; /* messages lost in our queue, in the pipe */
    int pipe;           /* once the head is closed, the pipe's other end, to see what is left in it; or -1 */
};

struct dial {
    const struct dial_options *o;
    int status;

    enum phase phase;  /* written by dial_advance() only */
    int64_t phase_at;  /* when it began */
    int64_t phase_by;  /* when it has lasted too long; INT64_MAX: never */
    int64_t bound;     /* when everything must be over; INT64_MAX: no bound */
    int signalled;     /* the first signal that asked for the end; 0: none */
    int64_t signal_at; /* … and when */
    bool timed_out;    /* --max-time is over */
    int64_t end_at;    /* when --max-time is over */

    struct link *link;
    bool link_over;      /* no connection now, and none will be dialled */
    bool had_descriptor; /* a descriptor came on this connection */
    bool lost;           /* the last connection or dial failed, which was reported */
    int64_t stable_at;   /* when the failures are forgotten; INT64_MAX: never */
    int64_t redial_at;   /* when to dial again; INT64_MAX: none is due */
    int64_t redial_in;   /* the same in ms from the loss on */
    unsigned failures, attempt;
    int64_t last_expiry; /* of the last token, Unix seconds */
    int64_t expires_at;  /* … and by clock_ms() */
    bool told_clocks;
    struct auth auth;
    struct identities ids; /* each distinct identity whose hello passed, in order */
    struct buf url;        /* printable: without user and password */

    struct lines lines;
    uint64_t sent;         /* the number of the last frame handed to a connection */
    uint64_t hellos_until; /* a hello up to that number was sent when the link opened */
    struct ledger *ledger;
    struct refused *refused; /* outbounds that may be sent again */
    size_t n_refused;

    struct flip flip;
    int64_t running, waiting; /* turns in hand, according to the latest `work` frame */
    int64_t stored, dead;     /* messages in an inbox, dead letters (-1: not known), according to it */
    bool kept;                /* turns in hand are in an inbox, according to it */
    size_t unacked;           /* buffered deliveries handed down on this connection but not acked */

    struct reader tail; /* lines that go up; fd -1 once ended */
    bool tail_stop;     /* no more is read from it */
    struct writer head; /* lines that go down; fd -1 once closed */
    bool head_closing;  /* close it once it is flushed */
    bool head_gone;     /* it no longer has a reader */
    struct live live;
    struct child child;
    int command_status;
    bool outlived; /* a signal to the whole unit ended COMMAND's first process but not its stages */
    pid_t group;
    int kills;

    struct record record;
    struct ready ready;
    struct kept status_file, stats_file;
    struct notify notify;
    struct tally tally;
    int64_t started;  /* clock_wall_ms() */
    bool hup_reopens; /* SIGHUP opens the recording again */
    int64_t received;
    size_t unsent; /* frames, other than outbounds and hellos, that were never handed to a connection */
    struct frame frame;
    struct buf scratch;
};

/* head.c: what goes down, and the exit status */
void dial_fail(struct dial *d, int status);            /* keeps the gravest exit status */
void dial_emit(struct dial *d, struct span line);      /* puts a line into the stream */
void dial_emit_live(struct dial *d, struct span line); /* the same, for a message that is kept nowhere else */
void dial_emit_result(struct dial *d, struct span request_id, struct span error, bool ambiguous,
                      unsigned marks); /* see ledger_result() */
/* `link` frames: members is JSON text of the members that follow "state", without a comma in front, or "". */
void dial_emit_link(struct dial *d, const char *state, const char *members);
void dial_close_head(struct dial *d);  /* as soon as it is flushed */
void dial_head_failed(struct dial *d); /* errno says how */
void dial_flush_head(struct dial *d);
size_t dial_unread(const struct dial *d);  /* bytes that COMMAND has not read */
void dial_count_live(struct dial *d);      /* counts the live messages that will not be read as lost */
bool dial_head_open(const struct dial *d); /* whether what goes down still has a reader */

/* owed.c: replies that are missing or refused */
void dial_owed_fail(struct dial *d,
                    const struct owed *o);          /* an answer is lost: raises the exit status if need be */
void dial_overdue(struct dial *d, const char *all); /* settles what is overdue; or all, `all` saying why */
void dial_settle_lost(struct dial *d, bool final, bool refused); /* after the end of a connection */
void dial_settle_silently(struct dial *d);
void dial_refused(struct dial *d, const struct owed *o, const struct frame *result);
void dial_sent_again(struct dial *d, struct span request_id);
void dial_tell_refused(struct dial *d); /* reports those that were not sent again */

/* redial.c: the life of the link */
void dial_start(struct dial *d);
void dial_pump(struct dial *d); /* hands the connection as much as it takes */
void dial_opened(struct dial *d);
void dial_lost(struct dial *d);
void dial_remember_hello(struct dial *d, const struct frame *f);
void dial_tell_stuck(struct dial *d); /* reports what the connection was handed but never sent */
void dial_abandon(struct dial *d, const char *why); /* ends a link that is not open, without another dial */

/* drain.c: what the end waits for, and what it loses */
void dial_say_waiting(struct dial *d);
void dial_ask_flip(struct dial *d); /* sends going_idle by itself */
bool dial_rest(const struct dial *d);
void dial_say_lost(struct dial *d); /* once, at the end */

/* observe.c: what is seen from outside */
void dial_observe_start(struct dial *d);
/* Counts and records a frame that goes up (dir "up") or has come ("down"). */
void dial_saw(struct dial *d, const char *dir, enum frame_type type, struct span line);
void dial_saw_result(struct dial *d, const struct owed *o, bool success); /* by the connector */
void dial_reopen(struct dial *d);                                         /* the recording */
void dial_observe_prepare(const struct dial *d, struct pollset *ps);
void dial_observe(struct dial *d); /* at the end of each step */
void dial_observe_end(struct dial *d);
void dial_say_status(struct dial *d); /* one line on stderr */

/* up.c, down.c: what passes */
void dial_up(struct dial *d, struct span line);
void dial_long_line(struct dial *d); /* a line over --max-frame */
void dial_down(struct dial *d, struct span line);

/* command.c: COMMAND's life */
void dial_open_ends(struct dial *d);
/* Reaps COMMAND's first process, and, as process 1, strangers. True: it was ended by a signal to the whole
 * unit, which has not reached us yet; its stages go on. */
bool dial_reap(struct dial *d);
void dial_kill_command(struct dial *d); /* takes the next of three steps: TERM, KILL, let go */
bool dial_command_over(const struct dial *d);
int dial_command_status(const struct dial *d);

/* end.c: the phases */
void dial_signal(struct dial *d, int number);
void dial_phase_late(struct dial *d); /* phase_by is reached */
void dial_advance(struct dial *d);    /* to the next phase, when it is time */

#endif
