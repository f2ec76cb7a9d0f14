/* SPDX-License-Identifier: MIT */
/* relay-dial: one poll loop over link, input, output, COMMAND and signals. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"
#include "base/sig.h"
#include "relay/url.h"

static bool head_stuffed(const struct dial *d)
{
    return writer_pending(&d->head) >= OUT_HIGH;
}

/* Whether lines are taken from the tail: never more than the link has room for, and none while it is down. */
static bool taking(const struct dial *d)
{
    if (d->tail.fd < 0)
        return false;
    /* Where reading was stopped, what is at hand is taken without regard to room. */
    if (d->link_over || (d->tail_stop && d->phase < CLOSING))
        return true;
    if (writer_pending(&d->head) >= OUT_MOST || ledger_count_type(d->ledger, FRAME_OUTBOUND) >= OWED_MOST)
        return false;
    size_t most = d->o->command && head_stuffed(d) ? UP_STUFFED : UP_HIGH;
    return link_phase(d->link) == LINK_OPEN && link_pending(d->link) < most;
}

static void take_tail(struct dial *d, bool readable)
{
    struct span line;
    if (readable && !d->tail_stop && !reader_fill(&d->tail)) {
        complain("read %s:", d->o->command ? "from COMMAND" : "stdin");
        dial_fail(d, d->o->command ? EX_OSERR : EX_NOINPUT);
        d->tail.eof = true;
    }
    while (taking(d)) {
        enum reader_got got = reader_next(&d->tail, &line);
        if (got == READER_MORE) {
            if (!d->tail.eof && !d->tail_stop)
                return;
            if (!d->tail.eof && d->tail.b.len > d->tail.from) {
                complain("send line %ju: stopped before its end was read", d->tail.line + 1);
                dial_fail(d, EX_UNAVAILABLE);
            }
            if (d->tail.fd != STDIN_FILENO)
                close(d->tail.fd);
            d->tail.fd = -1;
        } else if (got == READER_LONG) {
            dial_long_line(d);
        } else {
            dial_up(d, line);
        }
    }
}

static void take_link(struct dial *d)
{
    struct span line;
    enum reader_got got;
    while ((got = link_next(d->link, &line)) != READER_MORE)
        if (got == READER_LINE) {
            dial_down(d, line);
        } else {
            complain("receive frame: longer than %zu bytes", d->o->link.max_frame);
            dial_fail(d, EX_PROTOCOL);
        }
}

/* Received lines first, then what became of the link. */
static void serve_link(struct dial *d, const struct pollset *ps, bool reading)
{
    enum link_phase before = link_phase(d->link);
    link_ready(d->link, ps, reading);
    enum link_phase now = link_phase(d->link);
    if (before == LINK_DIALLING && now == LINK_OPEN)
        dial_opened(d);
    take_link(d);
    if (before != LINK_DOWN && now == LINK_DOWN) {
        size_t torn = link_torn(d->link);
        if (torn)
            complain("receive frame: cut off by the end of the connection after %zu bytes", torn);
        if (torn && link_end(d->link)->by == LINK_BY_PEER)
            dial_fail(d, EX_PROTOCOL);
        dial_lost(d);
    }
}

static void serve_signals(struct dial *d)
{
    int number;
    while ((number = sig_next()))
        if (number == SIGCHLD)
            child_reap(&d->child, &d->command_status);
        else
            dial_signal(d, number);
}

static void serve_timers(struct dial *d)
{
    int64_t now = clock_ms();
    if (now >= d->redial_at && !d->link_over)
        dial_start(d);
    if (d->phase != CLOSING)
        dial_overdue(d, NULL);
    if (now >= d->phase_by)
        dial_phase_timeout(d);
    if (now >= d->end_at) {
        d->end_at = INT64_MAX;
        if (link_phase(d->link) != LINK_OPEN && !d->link_over) {
            dial_abandon(d, "not open when --max-time was over");
            dial_fail(d, EX_UNAVAILABLE);
        }
        dial_start_end(d, 0);
    }
}

static void turn(struct dial *d, struct pollset *ps, int signals)
{
    bool reading = d->head.fd < 0 || !head_stuffed(d);
    pollset_clear(ps);
    link_prepare(d->link, ps, reading);
    bool take = taking(d), at_hand = take && (reader_ready(&d->tail) || d->tail.eof || d->tail_stop);
    int tail = take && !at_hand ? pollset_add(ps, d->tail.fd, POLLIN) : -1;
    bool pending = writer_pending(&d->head) > 0;
    int head = pollset_add(ps, d->head.fd, pending ? POLLOUT : 0);
    int signal_slot = pollset_add(ps, signals, POLLIN);
    if (at_hand)
        pollset_until(ps, 0);
    pollset_until(ps, d->redial_at);
    if (d->phase != CLOSING)
        pollset_until(ps, ledger_next(d->ledger));
    pollset_until(ps, d->phase_by);
    pollset_until(ps, d->end_at);
    if (!pollset_wait(ps))
        die(EX_OSERR, "poll:");
    if (pollset_got(ps, signal_slot))
        serve_signals(d);
    if (pollset_got(ps, head) & (POLLERR | POLLHUP | POLLNVAL) && !(pollset_got(ps, head) & POLLOUT)) {
        errno = EPIPE;
        dial_head_failed(d);
    }
    serve_link(d, ps, reading);
    take_tail(d, pollset_got(ps, tail));
    serve_timers(d);
    dial_flush_head(d);
    dial_advance(d);
    if (!record_flush(&d->record)) {
        complain("write %s:", d->record.path);
        dial_fail(d, EX_IOERR);
    }
}

static void open_ends(struct dial *d)
{
    int in = STDIN_FILENO, out = STDOUT_FILENO;
    if (d->o->command) {
        int error = child_start(&d->child, d->o->command, NULL, 0);
        if (error)
            die(child_start_status(error), "start %s: %s", d->o->command[0], strerror(error));
        d->group = d->child.pid;
        in = d->child.out;
        out = d->child.in;
    }
    d->tail = (struct reader){.fd = d->o->null_input ? -1 : in, .max = d->o->link.max_frame};
    writer_open(&d->head, out);
}

/* nohup(1) means it. */
static int open_signals(void)
{
    struct sigaction hup;
    if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
        sig_open((const int[]){SIGHUP, 0});
    return sig_open((const int[]){SIGTERM, SIGINT, SIGCHLD, 0});
}

static int finish(struct dial *d)
{
    /* A second signal ends what waits below. */
    sig_reset();
    signal(SIGPIPE, SIG_IGN);
    d->link_over = d->tail_stop = true;
    take_tail(d, false);
    if (d->unsent) {
        complain("send %zu frames: the link has ended", d->unsent);
        dial_fail(d, EX_UNAVAILABLE);
    }
    if (d->o->command)
        dial_undelivered(d); /* COMMAND is over, whoever may hold its input open */
    else if (d->head.fd >= 0 && !writer_drain(&d->head))
        dial_head_failed(d);
    if (d->undelivered)
        complain("deliver %zu frames: nobody reads them any more", d->undelivered);
    dial_close_head(d);
    if (!record_close(&d->record)) {
        complain("close %s:", d->record.path);
        dial_fail(d, EX_IOERR);
    }
    return d->status || !d->o->command ? d->status : d->command_status;
}

static void release(struct dial *d)
{
    link_free(d->link);
    ledger_free(d->ledger);
    for (size_t i = 0; i < d->n_hellos; i++) {
        buf_free(&d->hellos[i].line);
        buf_free(&d->hellos[i].key);
    }
    free(d->hellos);
    reader_free(&d->tail);
    buf_free(&d->url);
    buf_free(&d->scratch);
    frame_free(&d->frame);
}

int dial_run(const struct dial_options *o)
{
    struct dial d = {.o = o, .redial_at = INT64_MAX, .stable_at = INT64_MAX, .phase_by = INT64_MAX};
    struct pollset ps = {0};
    signal(SIGPIPE, SIG_IGN);
    int signals = open_signals();
    d.end_at = o->max_time ? clock_ms() + o->max_time : INT64_MAX;
    url_without_login(&d.url, o->link.url);
    d.ledger = ledger_new();
    record_open(&d.record, o->record);
    open_ends(&d);
    d.link = link_new(&o->link);
    dial_start(&d);
    while (d.phase != DONE)
        turn(&d, &ps, signals);
    int status = finish(&d);
    release(&d);
    pollset_free(&ps);
    return status;
}
