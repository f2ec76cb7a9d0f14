/* SPDX-License-Identifier: MIT */
/* The one filter loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/sig.h"
#include "relay/filter.h"

void filter_init(struct filter *f, const struct opts *o)
{
    f->strict = o->strict;
    f->in = (struct reader){.fd = STDIN_FILENO, .max = (size_t)o->max_frame};
    writer_open(&f->out, STDOUT_FILENO);
    if (sig_ring())
        diag_no_wait();
}

void filter_emit(struct filter *f, struct span line)
{
    writer_line(&f->out, line);
}

void filter_emit_buf(struct filter *f, struct buf *line)
{
    filter_emit(f, buf_as_span(line));
    line->len = 0;
}

void filter_fail(struct filter *f, int status)
{
    exit_raise(&f->status, status);
}

void filter_stop(struct filter *f)
{
    f->in.eof = true;
    f->in.b.len = f->in.from = f->in.seen = 0;
    f->files = NULL;
}

void filter_bad(struct filter *f, const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    if (f->source)
        complain("skip %s line %ju: %s", f->source, f->in.line, buf_cstr(&m));
    else
        complain("skip line %ju: %s", f->in.line, buf_cstr(&m));
    buf_free(&m);
    f->bad++;
    filter_fail(f, EX_DATAERR);
    if (f->strict)
        filter_stop(f);
}

static void output_failed(struct filter *f)
{
    int error = errno;
    bool on = f->gone && f->gone(f);
    errno = error;
    if (error == EPIPE && !on)
        sig_pipe();
    if (!on)
        die(EX_IOERR, "write stdout:");
    if (error != EPIPE) {
        complain("write stdout:");
        filter_fail(f, EX_IOERR);
    }
    f->lost = error;
}

/* Writes as much as goes without waiting; once the output has failed, drops it. */
static void flush_output(struct filter *f)
{
    if (!f->lost && !writer_flush(&f->out))
        output_failed(f);
    if (f->lost)
        f->out.q.len = f->out.off = 0;
}

static void take_line(struct filter *f, struct frame *fr, struct span line)
{
    struct json_error e;
    if (f->raw_input)
        f->line(f, line);
    else if (line_blank(line) && f->sink)
        return;
    else if (line_blank(line))
        filter_emit(f, line);
    else if (!frame_parse(fr, line, &e))
        filter_bad(f, "%s at byte %zu", e.reason, e.at + 1);
    else if (!f->frame || f->frame(f, fr))
        filter_emit(f, line);
}

static bool is_full(struct filter *f)
{
    return writer_pending(&f->out) >= IO_HIGH_WATER || (f->full && f->full(f));
}

/* Works through the complete lines at hand; stops early when the output queue or the stage is full. */
static void take_lines(struct filter *f, struct frame *fr)
{
    struct span line;
    while (!is_full(f)) {
        enum reader_got got = reader_next(&f->in, &line);
        if (got == READER_MORE)
            return;
        if (got == READER_LONG)
            filter_bad(f, "longer than %zu bytes", f->in.max);
        else
            take_line(f, fr, line);
    }
}

/* Opens the next of the files; false after the last. One that cannot be read is reported. */
static bool next_file(struct filter *f)
{
    while (f->files && *f->files) {
        f->source = *f->files++;
        if (f->in.fd != STDIN_FILENO)
            close(f->in.fd);
        f->in.fd = strcmp(f->source, "-") == 0 ? STDIN_FILENO : open(f->source, O_RDONLY | O_CLOEXEC);
        if (f->in.fd >= 0) {
            f->in.eof = f->in.skipping = false;
            f->in.line = 0;
            return true;
        }
        complain("open %s:", f->source);
        filter_fail(f, EX_NOINPUT);
    }
    return false;
}

static void read_input(struct filter *f)
{
    if (reader_fill(&f->in))
        return;
    complain("read %s:", f->source ? f->source : "stdin");
    filter_fail(f, EX_NOINPUT);
    f->in.eof = true;
}

/* This input is worked through: goes on to the next file, or ends the input. */
static void input_ended(struct filter *f)
{
    if (next_file(f))
        return;
    f->ended = true;
    if (f->end)
        f->end(f);
}

static bool done(struct filter *f)
{
    return f->ended && !writer_pending(&f->out) && !(f->busy && f->busy(f));
}

/* One turn: wait, read, work. Output is written before waiting, so a batch costs one write. */
static void turn(struct filter *f, struct frame *fr, struct pollset *ps)
{
    flush_output(f);
    if (done(f))
        return;
    bool full = is_full(f), pending = writer_pending(&f->out) > 0;
    bool again = !full && (f->in.eof || reader_ready(&f->in)) && !f->ended;
    pollset_clear(ps);
    int out = pollset_add(ps, f->lost ? -1 : f->out.fd, pending ? POLLOUT : 0);
    int in = f->ended || full || again ? -1 : pollset_add(ps, f->in.fd, POLLIN);
    if (f->prepare)
        f->prepare(f, ps);
    if (again)
        pollset_until(ps, 0);
    if (!pollset_wait(ps))
        die(EX_OSERR, "poll:");
    if (pollset_got(ps, out) & (POLLERR | POLLHUP | POLLNVAL) &&
        !(pollset_got(ps, out) & POLLOUT && pending)) {
        errno = EPIPE;
        output_failed(f);
    }
    if (pollset_got(ps, in))
        read_input(f);
    if (f->ready)
        f->ready(f, ps);
    if (f->ended)
        return;
    take_lines(f, fr);
    if (f->in.eof && !is_full(f) && f->in.from == f->in.b.len)
        input_ended(f);
}

int filter_run(struct filter *f)
{
    struct frame fr = {0};
    struct pollset ps = {0};
    if (f->files && *f->files && !next_file(f))
        f->null_input = true;
    if (f->start)
        f->start(f);
    if (f->null_input) {
        filter_stop(f);
        input_ended(f);
    }
    while (!done(f))
        turn(f, &fr, &ps);
    if (f->over)
        f->over(f);
    if (f->lost == EPIPE)
        sig_pipe();
    if (f->bad > 1)
        warn("%ju bad lines skipped", f->bad);
    frame_free(&fr);
    reader_free(&f->in);
    pollset_free(&ps);
    errno = 0;
    if (!writer_close(&f->out)) {
        complain("close stdout:");
        filter_fail(f, EX_IOERR);
    }
    return f->status;
}
