/* SPDX-License-Identifier: MIT */
/* The other side of the control socket. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/local.h"
#include "base/sig.h"
#include "control/send.h"
#include "relay/result.h"

int control_status(const struct result *r)
{
    if (r->success)
        return EX_OK;
    if (r->ambiguous)
        return EX_TEMPFAIL;
    if (json_eq(r->error, "relay transport not connected") || json_eq(r->error, "relay transport closed"))
        return EX_UNAVAILABLE;
    return EX_NO;
}

static void judge(struct filter *f, const struct result *r)
{
    struct buf id = {0}, error = {0};
    int status = control_status(r);
    if (status == EX_OK)
        return;
    if (json_is_string(r->id))
        json_decode(&id, r->id);
    if (json_is_string(r->error))
        json_decode(&error, r->error);
    complain("send%s%.*s: %.*s", id.len ? " " : "", (int)id.len, id.p, (int)error.len,
             error.len ? error.p : "");
    filter_fail(f, status);
    buf_free(&id);
    buf_free(&error);
}

/* An answer of the ring. */
static void take(struct filter *f, struct frame *fr, struct span line)
{
    struct control_send *s = f->ctx;
    struct json_error e;
    struct result result;
    filter_emit(f, line);
    if (!frame_parse(fr, line, &e) || fr->type != FRAME_OUTBOUND_RESULT)
        return;
    result_read(&result, fr);
    judge(f, &result);
    if (result_is_last(&result) && s->owed)
        s->owed--;
}

/* A growing text has one result, for its last line. */
static bool is_owed(struct span line)
{
    struct frame fr = {0};
    struct json_error e;
    bool grows = frame_parse(&fr, line, &e) && fr.type == FRAME_ACTION && json_eq(fr.name, "stream") &&
                 json_is_true(frame_get(&fr, "more"));
    frame_free(&fr);
    return !grows;
}

static void on_line(struct filter *f, struct span line)
{
    struct control_send *s = f->ctx;
    if (line_blank(line))
        return;
    if (s->over) {
        complain("send line %ju: the ring is gone", f->in.line);
        filter_fail(f, EX_UNAVAILABLE);
        return;
    }
    writer_line(&s->out, line);
    s->owed += is_owed(line);
}

static void on_end(struct filter *f)
{
    struct control_send *s = f->ctx;
    s->until = clock_ms() + s->wait;
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct control_send *s = f->ctx;
    bool room = writer_pending(&f->out) < IO_HIGH_WATER;
    short events = (short)((room ? POLLIN : 0) | (writer_pending(&s->out) ? POLLOUT : 0));
    s->slot = s->over ? -1 : pollset_add(ps, s->in.fd, events);
    pollset_until(ps, s->until);
}

static void ring_gone(struct filter *f, const char *why)
{
    struct control_send *s = f->ctx;
    s->over = true;
    s->out.q.len = s->out.off = 0;
    if (!s->owed)
        return;
    complain("send: %zu results did not come: %s", s->owed, why);
    filter_fail(f, EX_TEMPFAIL);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct control_send *s = f->ctx;
    struct frame fr = {0};
    struct span line;
    if (s->over)
        return;
    bool failed = !writer_flush(&s->out);
    if (pollset_got(ps, s->slot) & (POLLIN | POLLHUP | POLLERR) && !reader_fill(&s->in))
        failed = true;
    for (enum reader_got got; (got = reader_next(&s->in, &line)) != READER_MORE;)
        if (got == READER_LINE)
            take(f, &fr, line);
    frame_free(&fr);
    if (failed || s->in.eof)
        ring_gone(f, "the ring closed the connection");
    else if (clock_ms() >= s->until)
        ring_gone(f, "not in time");
}

static bool on_full(struct filter *f)
{
    struct control_send *s = f->ctx;
    return !s->over && writer_pending(&s->out) >= IO_HIGH_WATER;
}

static bool on_busy(struct filter *f)
{
    const struct control_send *s = f->ctx;
    return !s->over && (s->owed || writer_pending(&s->out));
}

void control_send_open(struct control_send *s, const char *path)
{
    int fd = local_connect(path);
    if (fd < 0)
        die(EX_UNAVAILABLE, "connect to %s:", path);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    writer_open(&s->out, fd);
    s->in = (struct reader){.fd = fd, .max = 16 << 20};
    s->until = INT64_MAX;
}

void control_send_init(struct control_send *s, struct filter *f)
{
    *f = (struct filter){.raw_input = true,
                         .line = on_line,
                         .sink = true,
                         .end = on_end,
                         .prepare = on_prepare,
                         .ready = on_ready,
                         .full = on_full,
                         .busy = on_busy,
                         .ctx = s};
    sig_ignore_pipe();
}

void control_send_close(struct control_send *s)
{
    reader_free(&s->in);
    (void)writer_close(&s->out);
}
