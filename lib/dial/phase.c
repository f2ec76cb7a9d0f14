/* SPDX-License-Identifier: MIT */
/* relay-dial: the phases a run goes through, and how it ends. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"
#include "base/sig.h"
#include "relay/ws.h"

enum { KILL_GRACE = 2000 }; /* ms between TERM and KILL, and after it */

void dial_fail(struct dial *d, int status)
{
    /* The weightiest first; a COMMAND's own status is none of them. */
    static const int order[] = {EX_NOPERM,      EX_TEMPFAIL, EX_IOERR,   EX_OSERR, EX_PROTOCOL,
                                EX_UNAVAILABLE, EX_NOINPUT,  EX_DATAERR, EX_OK};
    size_t i = 0;
    while (order[i] && order[i] != status && order[i] != d->status)
        i++;
    d->status = order[i];
}

static void enter(struct dial *d, enum phase p, int64_t limit)
{
    d->phase = p;
    d->phase_by = limit == INT64_MAX ? INT64_MAX : clock_ms() + limit;
}

void dial_close_head(struct dial *d)
{
    d->head_closing = true;
    if (d->head.fd < 0 || writer_pending(&d->head))
        return;
    if (!writer_close(&d->head) && !d->o->command) {
        complain("close stdout:");
        dial_fail(d, EX_IOERR);
    }
}

/* The reader of what comes down is gone, or what it is does not take it. */
void dial_head_failed(struct dial *d)
{
    if (errno != EPIPE) {
        complain("write %s:", d->o->command ? "to COMMAND" : "stdout");
        dial_fail(d, EX_IOERR);
    }
    if (d->o->command)
        dial_undelivered(d);
    writer_close(&d->head);
    if (d->o->command || d->phase >= CLOSING)
        return; /* COMMAND may have something to say yet: its end decides */
    size_t owed = ledger_count(d->ledger);
    if (owed) {
        complain("write stdout: the reader is gone, %zu replies are owed", owed);
        dial_fail(d, EX_TEMPFAIL);
    }
    d->tail_stop = true;
    enter(d, CLOSING, INT64_MAX);
    if (link_phase(d->link) == LINK_OPEN)
        link_close(d->link, WS_NORMAL, "");
    else if (!d->link_over)
        dial_abandon(d, "given up, there is no output");
}

void dial_flush_head(struct dial *d)
{
    if (d->head.fd < 0)
        return;
    if (!writer_flush(&d->head))
        dial_head_failed(d);
    else if (d->head_closing)
        dial_close_head(d);
}

static void start_drain(struct dial *d)
{
    if (d->link_over || link_phase(d->link) != LINK_OPEN) {
        /* Nothing can be flipped: while no gateway is connected the connector buffers. */
        enter(d, DRAINING, INT64_MAX);
        if (!d->link_over)
            dial_abandon(d, "given up on a signal");
        return;
    }
    dial_emit_link(d, "draining", "");
    enter(d, DRAINING, d->o->kill_after);
    if (d->o->no_link)
        d->draining_back = true; /* nothing goes round that could come back */
}

/* The end of the run in order, from wherever it stands. */
void dial_start_end(struct dial *d, int64_t limit)
{
    if (d->phase == SETTLING && !limit && !d->expired)
        d->phase_by = 0; /* no more waiting */
    if (d->phase > DRAINING)
        return;
    if (d->o->command) {
        dial_close_head(d);
        enter(d, FINISHING, d->o->kill_after);
    } else {
        d->tail_stop = true;
        enter(d, SETTLING, limit);
    }
}

void dial_signal(struct dial *d, int number)
{
    if (d->signals++) {
        child_kill(&d->child, SIGTERM);
        writer_flush(&d->head);
        sig_die(number);
    }
    size_t owed = ledger_count(d->ledger);
    if (d->o->command && d->phase == SERVING) {
        info(1, "drain on signal %d", number);
        start_drain(d);
    } else if (d->phase == SERVING) {
        if (owed)
            warn("end on signal %d: wait for %zu replies, a second signal ends it at once", number, owed);
        if (!d->link_over && link_phase(d->link) != LINK_OPEN && !link_pending(d->link))
            dial_abandon(d, "given up on a signal");
        dial_start_end(d, d->o->kill_after);
    } else if (!d->o->command) {
        dial_start_end(d, 0);
    }
}

/* COMMAND does not end: TERM, then KILL, then no more waiting. What it has said waits for no link any more.
 */
static void kill_command(struct dial *d)
{
    static const int signals[] = {SIGTERM, SIGKILL};
    if (!d->link_over && link_phase(d->link) != LINK_OPEN) {
        dial_abandon(d, "not open when COMMAND had to end");
        d->phase_by = clock_ms() + KILL_GRACE;
        if (d->child.pid == 0)
            return;
    }
    if (d->kills < 2) {
        complain("end COMMAND: still running, send %s", d->kills ? "KILL" : "TERM");
        kill(-d->group, signals[d->kills++]); /* what COMMAND left behind, too */
        d->phase_by = clock_ms() + KILL_GRACE;
        return;
    }
    complain("end COMMAND: its output does not end, or the link does not take it");
    dial_fail(d, EX_TEMPFAIL);
    if (d->tail.fd >= 0)
        close(d->tail.fd);
    d->tail.fd = -1;
    d->phase_by = INT64_MAX;
}

void dial_phase_timeout(struct dial *d)
{
    switch (d->phase) {
    case DRAINING:
        if (!d->idle_passed) /* else the ledger bounds it */
            dial_start_end(d, 0);
        else
            d->phase_by = INT64_MAX;
        break;
    case FINISHING:
        kill_command(d);
        break;
    case SETTLING:
        d->expired = true;
        d->phase_by = INT64_MAX;
        dial_overdue(d, "in time");
        if (link_phase(d->link) != LINK_OPEN && !d->link_over)
            dial_abandon(d, "not open in time");
        break;
    default:
        d->phase_by = INT64_MAX;
    }
}

/* No more input: closes once all is sent and answered, or nobody waits any longer. */
static void settle(struct dial *d)
{
    bool owed = ledger_count(d->ledger) > 0 && !d->o->no_wait;
    if (!d->link_over && !d->expired && (owed || link_pending(d->link)))
        return;
    for (const struct owed *o; d->o->no_wait && (o = ledger_each(d->ledger, NULL));)
        ledger_close(d->ledger, o);
    enter(d, CLOSING, INT64_MAX);
    link_close(d->link, WS_NORMAL, "");
}

/* Whether COMMAND has ended and nothing of it is left. */
static bool command_over(const struct dial *d)
{
    return d->tail.fd < 0 && d->child.pid == 0;
}

void dial_advance(struct dial *d)
{
    if (d->flipped && (d->phase == DRAINING || (d->phase == SERVING && !d->o->stay)))
        dial_start_end(d, d->o->wait);
    if (d->phase == DRAINING && d->draining_back && !d->idle_passed)
        dial_start_end(d, 0);
    if (d->phase <= DRAINING && d->o->count && d->received >= d->o->count)
        dial_start_end(d, 0);
    if (d->phase <= DRAINING && d->link_over)
        dial_start_end(d, 0);
    if (d->phase <= DRAINING && d->o->command && (d->tail.fd < 0 || d->child.pid == 0))
        dial_start_end(d, 0);
    if (d->phase == SERVING && d->tail.fd < 0 && !d->o->null_input && !d->o->stay)
        dial_start_end(d, d->o->wait);
    if (d->phase == FINISHING && command_over(d))
        enter(d, SETTLING, d->o->wait);
    if (d->phase == SETTLING && d->tail.fd < 0)
        settle(d);
    if (d->phase == CLOSING && link_phase(d->link) == LINK_DOWN)
        d->phase = DONE;
}
