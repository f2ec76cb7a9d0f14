/* SPDX-License-Identifier: MIT */
/* The loop of the stub. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "diag.h"
#include "sig.h"
#include "stub.h"
#include "ws.h"

enum {
    HIGH_WATER = 1 << 20, /* more output than this waiting: the gateways are not read */
    GRACE = 2500,         /* ms for the links to close and the output to be taken */
};

static void write_url_file(const char *path, const struct buf *url)
{
    struct buf tmp = {0};
    buf_printf(&tmp, "%s.%ld", path, (long)getpid());
    FILE *f = fopen(buf_cstr(&tmp), "w");
    if (!f)
        die(EX_IOERR, "write %s:", path);
    fprintf(f, "%s\n", url->p);
    bool good = !ferror(f);
    if (fclose(f) || !good || rename(buf_cstr(&tmp), path))
        die(EX_IOERR, "write %s:", path);
    buf_free(&tmp);
}

void stub_listen(struct stub *s)
{
    struct buf url = {0};
    s->listener = server_open(&s->server, &connector_events, &s->connector);
    server_url(s->listener, &url);
    warn("listen on %s", buf_cstr(&url));
    if (s->url_file)
        write_url_file(s->url_file, &url);
    buf_free(&url);
}

static void fail(struct stub *s, int status)
{
    if (!s->status)
        s->status = status;
}

static void finish(struct stub *s)
{
    if (s->ending)
        return;
    s->ending = true;
    s->end_at = clock_ms() + GRACE;
    server_stop(s->listener);
    connector_stop(&s->connector, WS_GOING_AWAY, "the connector is going away");
}

static void heard(void *ctx, const struct frame *f)
{
    struct stub *s = ctx;
    writer_line(&s->out, f->line);
}

static void bad_line(struct stub *s, const char *reason, size_t at)
{
    warn("skip line %ju: %s at byte %zu", s->in.line, reason, at);
    s->bad++;
    fail(s, EX_DATAERR);
    if (s->strict)
        finish(s);
}

static void take_line(struct stub *s, struct frame *f, struct span line)
{
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(f, line, &e))
        bad_line(s, e.reason, e.at + 1);
    else if (f->type == FRAME_ACTION)
        bad_line(s, "no string \"type\"", 1);
    else
        delivery_take(&s->connector.delivery, f);
}

static bool input_full(const struct stub *s)
{
    return s->ending || delivery_full(&s->connector.delivery);
}

static void take_lines(struct stub *s)
{
    struct frame f = {0};
    struct span line;
    enum reader_got got;
    while (!input_full(s) && (got = reader_next(&s->in, &line)) != READER_MORE) {
        if (got == READER_LONG)
            bad_line(s, "too long", s->in.max);
        else
            take_line(s, &f, line);
    }
    frame_free(&f);
    delivery_flush(&s->connector.delivery);
}

static void read_input(struct stub *s)
{
    if (reader_fill(&s->in))
        return;
    complain("read stdin:");
    fail(s, EX_NOINPUT);
    s->in.eof = true;
}

/* Nobody takes what is written: the rest of the output has no destination. */
static void output_failed(struct stub *s)
{
    if (errno == EPIPE) {
        s->gone = true;
    } else {
        complain("write stdout:");
        fail(s, EX_IOERR);
    }
    s->out.q.len = s->out.off = 0;
    finish(s);
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
        finish(s);
    }
}

static void turn(struct stub *s, struct pollset *ps)
{
    flush_output(s);
    bool pending = writer_pending(&s->out) > 0;
    bool again = !input_full(s) && reader_ready(&s->in);
    connector_pause(&s->connector, writer_pending(&s->out) >= HIGH_WATER);
    pollset_clear(ps);
    int out = s->gone ? -1 : pollset_add(ps, s->out.fd, pending ? POLLOUT : 0);
    int in = s->in.eof || again || input_full(s) ? -1 : pollset_add(ps, s->in.fd, POLLIN);
    int signals = pollset_add(ps, s->signals, POLLIN);
    server_prepare(s->listener, ps);
    pollset_until(ps, again ? 0 : connector_due(&s->connector));
    pollset_until(ps, s->end_at);
    if (!pollset_wait(ps))
        die(EX_OSERR, "poll:");
    if (pollset_got(ps, out) & (POLLERR | POLLNVAL) && !(pollset_got(ps, out) & POLLOUT)) {
        errno = EPIPE;
        output_failed(s);
    }
    if (pollset_got(ps, signals))
        take_signals(s);
    if (pollset_got(ps, in))
        read_input(s);
    take_lines(s);
    server_ready(s->listener, ps);
    connector_tick(&s->connector);
}

static bool over(struct stub *s)
{
    bool late = clock_ms() >= s->end_at;
    if (!s->ending && late) {
        finish(s);
        late = false;
    }
    return s->ending && (late || (!server_peers(s->listener) && !writer_pending(&s->out)));
}

static void close_output(struct stub *s)
{
    if (s->gone)
        sig_pipe();
    if (writer_pending(&s->out)) {
        complain("write stdout: %zu bytes were not taken", writer_pending(&s->out));
        fail(s, EX_IOERR);
    }
    errno = 0;
    if (!writer_close(&s->out)) {
        complain("close stdout:");
        fail(s, EX_IOERR);
    }
}

int stub_run(struct stub *s)
{
    static const int caught[] = {SIGTERM, SIGINT, SIGHUP, 0};
    struct pollset ps = {0};
    s->signals = sig_open(caught);
    signal(SIGPIPE, SIG_IGN);
    s->connector.o.heard = heard;
    s->connector.o.ctx = s;
    s->in = (struct reader){.fd = STDIN_FILENO, .max = s->connector.o.max_frame};
    writer_open(&s->out, STDOUT_FILENO);
    s->end_at = s->max_life ? clock_ms() + s->max_life : INT64_MAX;
    while (!over(s))
        turn(s, &ps);
    server_close(s->listener);
    size_t lost = delivery_lost(&s->connector.delivery);
    if (lost) {
        complain("end with %zu frames not delivered", lost);
        fail(s, EX_TEMPFAIL);
    }
    signal(SIGPIPE, SIG_DFL);
    close_output(s);
    connector_close(&s->connector);
    reader_free(&s->in);
    pollset_free(&ps);
    return s->status;
}
