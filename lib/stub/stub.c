/* SPDX-License-Identifier: MIT */
/* The stub. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "relay/ws.h"
#include "stub/listen.h"
#include "stub/stub.h"

enum {
    GRACE = 2500,   /* ms for the links to close and the output to be taken */
    FIFO_WAIT = 50, /* ms between checks for a reader of the URL's FIFO */
};

/* Writes the URL to the file; if that is a FIFO, as soon as it has a reader. */
static void tell_file(struct stub *s)
{
    struct buf url = {0};
    server_url(s->listener, &url);
    if (s->url_file && listen_tell_file(s->url_file, buf_as_span(&url)))
        s->url_file = NULL;
    buf_free(&url);
}

void stub_listen(struct stub *s)
{
    struct buf url = {0};
    int parent = s->background ? listen_detach() : -1;
    /* after the fork: a lock belongs to a process */
    spool_open(&s->connector.delivery.spool, s->buffer);
    s->listener = server_open(&s->server, &connector_events, &s->connector);
    server_url(s->listener, &url);
    warn("listen on %s", buf_cstr(&url));
    tell_file(s);
    if (parent >= 0)
        listen_tell_parent(parent, buf_as_span(&url));
    buf_free(&url);
}

/* Begins to close every link in order; after that the loop ends. Lines that were read but not taken are
 * counted, as they will not be taken. */
static void finish(struct stub *s)
{
    struct span line;
    enum reader_got got;
    if (s->ending)
        return;
    s->ending = true;
    s->end_at = clock_ms() + GRACE;
    server_stop(s->listener);
    connector_stop(&s->connector, WS_GOING_AWAY, "the connector is going away");
    while ((got = reader_next(&s->filter.in, &line)) != READER_MORE)
        s->unread += got == READER_LONG || !line_blank(line);
    filter_stop(&s->filter);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    if (fr->type == FRAME_ACTION)
        filter_bad(f, "no string \"type\"");
    else
        connector_deliver(&((struct stub *)f->ctx)->connector, fr);
    return false;
}

/* A line that the user of the console typed; a terminal has already shown it. */
static void on_words(struct filter *f, struct span line)
{
    struct stub *s = f->ctx;
    struct frame fr = {0};
    struct buf text = {0};
    struct json_error e;
    if (line_blank(line))
        return;
    s->prompted = false;
    console_say(&s->chat, &text, s->platform, line);
    if (frame_parse(&fr, buf_as_span(&text), &e))
        connector_deliver(&s->connector, &fr);
    else
        filter_bad(f, "%s", e.reason);
    if (!s->typed)
        console_lines(&f->out.q, "you: ", line);
    frame_free(&fr);
    buf_free(&text);
}

/* The console waits for a gateway: anything typed earlier would have no recipient. */
static bool on_full(struct filter *f)
{
    const struct stub *s = f->ctx;
    return !s->ending && (delivery_full(&s->connector.delivery) || (s->console && !s->platform));
}

/* A user who ends the input of a terminal wants to leave; --strict ends the input at a bad line too. */
static void on_end(struct filter *f)
{
    struct stub *s = f->ctx;
    if (s->typed || (f->strict && f->bad))
        finish(s);
}

/* Delivers the frames of a recording (relay-dial --record) that came down, live and byte for byte. */
static void replay(struct stub *s)
{
    struct delivery *d = &s->connector.delivery;
    struct frame f = {0};
    struct json_error e;
    while (s->replayed < s->replay.n && !s->ending && delivery_live(d) && !delivery_full(d)) {
        struct span entry = s->replay.line[s->replayed++], frame = json_find(entry, "frame");
        if (!json_eq(json_find(entry, "dir"), "down") || !json_is_object(frame) ||
            !frame_parse(&f, frame, &e))
            continue;
        if (f.type == FRAME_INBOUND || f.type == FRAME_PASSTHROUGH_FORWARD ||
            f.type == FRAME_INTERRUPT_INBOUND)
            connector_deliver(&s->connector, &f);
    }
    frame_free(&f);
}

static bool prompt_due(const struct stub *s)
{
    return s->typed && s->platform && !s->prompted && !s->filter.ended && !s->ending;
}

static void prompt(struct stub *s)
{
    const char *platform = connector_platform(&s->connector);
    if (s->console && platform && !s->platform)
        s->platform = xstrdup(platform);
    if (prompt_due(s)) {
        buf_str(&s->filter.out.q, "you: ");
        s->prompted = true;
    }
}

static void show(struct stub *s, const struct frame *f)
{
    struct buf view = {0};
    console_view(&s->chat, &view, f);
    if (view.len && s->prompted)
        buf_str(&s->filter.out.q, "\r\033[K");
    if (view.len)
        s->prompted = false;
    buf_span(&s->filter.out.q, buf_as_span(&view));
    buf_free(&view);
}

/* A frame came from a gateway. */
static void heard(void *ctx, const struct frame *f)
{
    struct stub *s = ctx;
    if (s->console)
        show(s, f);
    else
        filter_emit(&s->filter, f->line);
    expect_take(&s->expected, f->line);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct stub *s = f->ctx;
    struct delivery *d = &s->connector.delivery;
    tell_file(s);
    if (s->url_file)
        pollset_until(ps, clock_ms() + FIFO_WAIT);
    replay(s);
    delivery_flush(d);
    if (d->wanted)
        wake_call(&s->wake);
    d->wanted = false;
    connector_pause(&s->connector, writer_pending(&f->out) >= IO_HIGH_WATER);
    s->slot = pollset_add(ps, s->signals, POLLIN);
    server_prepare(s->listener, ps);
    wake_prepare(&s->wake, ps);
    pollset_until(ps, prompt_due(s) ? 0 : connector_due(&s->connector));
    pollset_until(ps, s->end_at);
}

static void take_signals(struct stub *s)
{
    while (sig_next()) {
        if (s->ending)
            s->end_at = 0; /* a second one: at once */
        finish(s);
    }
}

/* Ends the stub when its life or its purpose is over, or the time for closing in order. */
static void look_at_end(struct stub *s)
{
    struct filter *f = &s->filter;
    bool due = clock_ms() >= s->end_at;
    if (due && !s->due && !s->ending) {
        s->due = true; /* take what stdin has at hand first */
        return;
    }
    if (!s->ending &&
        (due || (s->expected.asked && !server_conns(s->listener) && !expect_missing(&s->expected).p))) {
        finish(s);
    } else if (s->ending && due && writer_pending(&f->out)) {
        complain("write stdout: %zu bytes were not taken", writer_pending(&f->out));
        filter_fail(f, EX_IOERR);
        f->out.q.len = f->out.off = 0;
    }
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct stub *s = f->ctx;
    if (pollset_got(ps, s->slot))
        take_signals(s);
    server_ready(s->listener, ps);
    wake_ready(&s->wake, ps);
    connector_tick(&s->connector);
    look_at_end(s);
    prompt(s);
}

static bool on_busy(struct filter *f)
{
    const struct stub *s = f->ctx;
    return !s->ending || (server_conns(s->listener) && clock_ms() < s->end_at);
}

/* The output has no reader: the links are closed in order. */
static bool on_gone(struct filter *f)
{
    finish(f->ctx);
    return true;
}

/* Reports what is lost with this process without having been used. */
static void balance(struct stub *s)
{
    const struct delivery *d = &s->connector.delivery;
    size_t lost = delivery_lost(d) + s->unread, unacked = delivery_unacked(d);
    struct span missing = expect_missing(&s->expected);
    if (missing.p) {
        complain("expected frame %zu did not come: %.*s", s->expected.met + 1, (int)missing.n, missing.p);
        filter_fail(&s->filter, EX_NO);
    }
    if (s->replayed < s->replay.n)
        complain("end with %zu lines of the recording not replayed", s->replay.n - s->replayed);
    if (lost)
        complain("end with %zu frames not delivered", lost);
    if (unacked)
        warn("end with %zu deliveries not acked", unacked);
    if (lost || d->cut || s->replayed < s->replay.n)
        filter_fail(&s->filter, EX_TEMPFAIL);
}

static void on_over(struct filter *f)
{
    struct stub *s = f->ctx;
    server_close(s->listener);
    delivery_flush(&s->connector.delivery); /* keeps what the last gateways did not get */
    balance(s);
}

int stub_run(struct stub *s)
{
    static const int caught[] = {SIGTERM, SIGINT, 0};
    s->filter = (struct filter){.frame = on_frame,
                                .line = on_words,
                                .raw_input = s->console,
                                .sink = true,
                                .full = on_full,
                                .end = on_end,
                                .prepare = on_prepare,
                                .ready = on_ready,
                                .busy = on_busy,
                                .gone = on_gone,
                                .over = on_over,
                                .ctx = s};
    diag_no_wait();
    filter_init(&s->filter,
                &(struct opts){.strict = s->strict, .max_frame = (int64_t)s->connector.o.max_frame});
    s->signals = sig_open(caught);
    sig_ignore_pipe();
    s->connector.o.heard = heard;
    s->connector.o.ctx = s;
    s->typed = s->console && isatty(STDIN_FILENO);
    s->end_at = s->mortal ? clock_ms() + s->max_life : INT64_MAX;
    if (s->connector.delivery.spool.damaged || s->replay.damaged)
        filter_fail(&s->filter, EX_DATAERR);
    int status = filter_run(&s->filter);
    connector_close(&s->connector);
    wake_free(&s->wake);
    jsonl_free(&s->replay);
    expect_free(&s->expected);
    console_free(&s->chat);
    free(s->platform);
    return status;
}
