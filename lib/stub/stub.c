/* SPDX-License-Identifier: MIT */
/* The loop of the stub. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/listen.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "stub/stub.h"
#include "relay/ws.h"

enum {
    HIGH_WATER = 1 << 20, /* more output than this waiting: the gateways are not read */
    GRACE = 2500,         /* ms for the links to close and the output to be taken */
};

void stub_listen(struct stub *s)
{
    struct buf url = {0};
    int parent = s->background ? announce_detach() : -1;
    /* after the fork: a lock belongs to a process */
    spool_open(&s->connector.delivery.spool, s->buffer);
    s->listener = server_open(&s->server, &connector_events, &s->connector);
    server_url(s->listener, &url);
    warn("listen on %s", buf_cstr(&url));
    if (s->url_file)
        announce_file(s->url_file, buf_as_span(&url));
    if (parent >= 0)
        announce_parent(parent, buf_as_span(&url));
    buf_free(&url);
}

void stub_fail(struct stub *s, int status)
{
    if (!s->status)
        s->status = status;
}

void stub_finish(struct stub *s)
{
    if (s->ending)
        return;
    s->ending = true;
    s->end_at = clock_ms() + GRACE;
    server_stop(s->listener);
    connector_stop(&s->connector, WS_GOING_AWAY, "the connector is going away");
}

static void read_input(struct stub *s)
{
    if (!reader_fill(&s->in)) {
        complain("read stdin:");
        stub_fail(s, EX_NOINPUT);
        s->in.eof = true;
    }
    /* A user who ends the input of a terminal wants to leave. */
    if (s->in.eof && s->typed)
        stub_finish(s);
}

/* Nobody takes what is written: the rest of the output has no destination. */
static void output_failed(struct stub *s)
{
    s->gone = errno == EPIPE;
    if (!s->gone) {
        complain("write stdout:");
        stub_fail(s, EX_IOERR);
    }
    s->out.q.len = s->out.off = 0;
    stub_finish(s);
}

static void flush_output(struct stub *s)
{
    if (s->gone || s->status == EX_IOERR)
        s->out.q.len = s->out.off = 0;
    else if (!writer_flush(&s->out))
        output_failed(s);
}

static void take_signals(struct stub *s)
{
    while (sig_next()) {
        if (s->ending)
            s->end_at = 0; /* a second one: at once */
        stub_finish(s);
    }
}

static void prepare(struct stub *s, struct pollset *ps, bool again)
{
    server_prepare(s->listener, ps);
    wake_prepare(&s->wake, ps);
    pollset_until(ps, again ? 0 : connector_due(&s->connector));
    pollset_until(ps, s->end_at);
    if (!pollset_wait(ps))
        die(EX_OSERR, "poll:");
}

static void turn(struct stub *s, struct pollset *ps)
{
    stub_prompt(s);
    flush_output(s);
    bool pending = writer_pending(&s->out) > 0, again = !stub_full(s) && reader_ready(&s->in);
    connector_pause(&s->connector, writer_pending(&s->out) >= HIGH_WATER);
    pollset_clear(ps);
    int out = s->gone ? -1 : pollset_add(ps, s->out.fd, pending ? POLLOUT : 0);
    int in = s->in.eof || again || stub_full(s) ? -1 : pollset_add(ps, s->in.fd, POLLIN);
    int signals = pollset_add(ps, s->signals, POLLIN);
    prepare(s, ps, again);
    if (pollset_got(ps, out) & (POLLERR | POLLHUP | POLLNVAL) && !(pollset_got(ps, out) & POLLOUT)) {
        errno = EPIPE;
        output_failed(s);
    }
    if (pollset_got(ps, signals))
        take_signals(s);
    if (pollset_got(ps, in))
        read_input(s);
    stub_take_lines(s);
    server_ready(s->listener, ps);
    wake_ready(&s->wake, ps);
    connector_tick(&s->connector);
}

/* The links are closed and the output is written, or the time for that has passed. */
static bool over(struct stub *s)
{
    size_t peers = server_peers(s->listener);
    if (!s->ending && (clock_ms() >= s->end_at || (s->expecting && !peers && stub_satisfied(s))))
        stub_finish(s);
    return s->ending && (clock_ms() >= s->end_at || (!peers && !writer_pending(&s->out)));
}

static void close_output(struct stub *s)
{
    if (s->gone)
        sig_pipe();
    if (writer_pending(&s->out)) {
        complain("write stdout: %zu bytes were not taken", writer_pending(&s->out));
        stub_fail(s, EX_IOERR);
    }
    errno = 0;
    if (!writer_close(&s->out)) {
        complain("close stdout:");
        stub_fail(s, EX_IOERR);
    }
}

static void balance(struct stub *s)
{
    size_t lost = delivery_lost(&s->connector.delivery), unacked = delivery_unacked(&s->connector.delivery);
    if (s->expecting && !stub_satisfied(s)) {
        struct span missing = s->expected.line[s->met];
        complain("expected frame %zu did not come: %.*s", s->met + 1, (int)missing.n, missing.p);
        stub_fail(s, EX_NO);
    }
    if (s->replayed < s->replay.n)
        complain("end with %zu lines of the recording not replayed", s->replay.n - s->replayed);
    if (lost)
        complain("end with %zu frames not delivered", lost);
    if (unacked)
        warn("end with %zu deliveries not acked", unacked);
    if (lost || s->replayed < s->replay.n)
        stub_fail(s, EX_TEMPFAIL);
}

int stub_run(struct stub *s)
{
    static const int caught[] = {SIGTERM, SIGINT, 0};
    struct pollset ps = {0};
    s->signals = sig_open(caught);
    signal(SIGPIPE, SIG_IGN);
    s->connector.o.heard = stub_heard;
    s->connector.o.ctx = s;
    s->in = (struct reader){.fd = STDIN_FILENO, .max = s->connector.o.max_frame};
    s->typed = s->console && isatty(STDIN_FILENO);
    writer_open(&s->out, STDOUT_FILENO);
    s->end_at = s->mortal ? clock_ms() + s->max_life : INT64_MAX;
    while (!over(s))
        turn(s, &ps);
    server_close(s->listener);
    balance(s);
    signal(SIGPIPE, SIG_DFL);
    close_output(s);
    connector_close(&s->connector);
    wake_free(&s->wake);
    jsonl_free(&s->replay);
    jsonl_free(&s->expected);
    console_free(&s->chat);
    free(s->platform);
    reader_free(&s->in);
    pollset_free(&ps);
    return s->status;
}
