/* SPDX-License-Identifier: MIT */
/* One long-lived COMMAND. */
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "run/resident.h"

static bool has_room(struct filter *f)
{
    return writer_pending(&f->out) < IO_HIGH_WATER;
}

static bool is_full(struct filter *f)
{
    struct resident *r = f->ctx;
    return r->running && writer_pending(&r->agent.in) >= IO_HIGH_WATER;
}

static bool is_busy(struct filter *f)
{
    return ((struct resident *)f->ctx)->running;
}

static void on_start(struct filter *f)
{
    struct resident *r = f->ctx;
    int error = agent_start(&r->agent, r->argv, NULL, r->max);
    if (error)
        die(child_start_status(error), "run %s: %s", r->argv[0], strerror(error));
    r->running = true;
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct resident *r = f->ctx;
    bool give = fr->type == FRAME_INBOUND || fr->type == FRAME_INTERRUPT_INBOUND;
    if (give && !agent_give(&r->agent, fr->line) && !r->refused) {
        complain("write to %s: it has closed its input", r->argv[0]);
        filter_fail(f, EX_IOERR);
        r->refused = true;
    }
    return true;
}

static void on_end(struct filter *f)
{
    agent_give_last(&((struct resident *)f->ctx)->agent);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct resident *r = f->ctx;
    r->signals_slot = pollset_add(ps, r->signals, POLLIN);
    agent_prepare(&r->agent, ps, has_room(f));
    if (!r->running || (has_room(f) && reader_ready(&r->agent.out)))
        pollset_until(ps, 0);
}

static void report_line(struct resident *r, struct filter *f, const char *reason)
{
    warn("skip line %ju of %s: %s", r->agent.out.line, r->argv[0], reason);
    filter_fail(f, EX_DATAERR);
}

/* True when all complete lines were taken. */
static bool take_lines(struct resident *r, struct filter *f)
{
    struct span line;
    struct json_error e;
    while (has_room(f)) {
        enum reader_got got = reader_next(&r->agent.out, &line);
        if (got == READER_MORE)
            return true;
        if (got == READER_LONG)
            report_line(r, f, "longer than --max-frame");
        else if (!line_blank(line) && !frame_parse(&r->out, line, &e))
            report_line(r, f, e.reason);
        else if (!line_blank(line))
            filter_emit(f, line);
    }
    return false;
}

static void finish(struct resident *r, struct filter *f)
{
    int status = agent_finish(&r->agent);
    r->running = false;
    if (r->agent.left)
        complain("run %s: a process it left behind holds its output open, not waited for", r->argv[0]);
    if (!r->deadly && (status || !f->ended))
        complain("run %s: exit status %d%s", r->argv[0], status, f->ended ? "" : " before the end of input");
    f->status = status ? status : f->status;
    filter_stop(f);
}

/* COMMAND ends, then the process dies of the signal; the second time at once. */
static void shut_down(struct resident *r, struct filter *f, int number)
{
    agent_stop(&r->agent, r->kill_after);
    filter_stop(f);
    if (r->deadly) {
        child_kill(&r->agent.child, SIGKILL);
        agent_die(number);
    }
    r->deadly = number;
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct resident *r = f->ctx;
    int deadly = 0;
    if (!r->running)
        return;
    if (pollset_got(ps, r->signals_slot) && agent_signalled(&deadly))
        agent_check(&r->agent);
    agent_ready(&r->agent, ps, has_room(f));
    if (take_lines(r, f) && agent_over(&r->agent))
        finish(r, f);
    if (deadly)
        shut_down(r, f, deadly);
    if (r->deadly && !r->running)
        agent_die(r->deadly);
}

static bool on_gone(struct filter *f)
{
    struct resident *r = f->ctx;
    if (r->running)
        child_kill(&r->agent.child, SIGTERM);
    agent_restore_pipe();
    return false;
}

void resident_init(struct resident *r, struct filter *f)
{
    r->signals = agent_signals();
    f->ctx = r;
    f->start = on_start;
    f->frame = on_frame;
    f->end = on_end;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
    f->gone = on_gone;
}

void resident_free(struct resident *r)
{
    reader_free(&r->agent.out);
    frame_free(&r->out);
    if (r->deadly)
        agent_die(r->deadly);
}
