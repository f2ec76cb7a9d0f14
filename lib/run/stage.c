/* SPDX-License-Identifier: MIT */
/* relay-run as a stage. */
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "run/stage.h"

void stage_report(const char *why, struct load l)
{
    if (!l.kept && (l.running || l.waiting))
        complain("%s: %jd messages running and %jd waiting are not acknowledged", why, (intmax_t)l.running,
                 (intmax_t)l.waiting);
    if (l.kept && (l.running || l.stored))
        complain("%s: %jd messages running and %jd waiting are kept for the next start", why,
                 (intmax_t)l.running, (intmax_t)l.stored);
}

static void report_signal(int number, struct load l)
{
    char why[32];
    snprintf(why, sizeof why, "end on signal %d", number);
    stage_report(why, l);
}

/* A signal to a whole pipeline also kills our reader: then the signal, not the loss, is what ends us. */
static bool on_gone(struct filter *f)
{
    struct stage *s = f->ctx;
    struct load l = s->load(f);
    int deadly = 0;
    for (int number; (number = sig_next());)
        deadly = number == SIGCHLD || number == SIGUSR1 ? deadly : number;
    if (!s->deadly && deadly)
        report_signal(deadly, l);
    else if (!s->deadly)
        stage_report("write stdout: its reader is gone", l);
    s->stop(f, SIGTERM);
    if (deadly)
        sig_die(deadly);
    return false;
}

void stage_open(struct stage *s, struct filter *f)
{
    static const int deadly[] = {SIGTERM, SIGINT, SIGHUP, 0}, child[] = {SIGCHLD, 0};
    s->work.ring = sig_ring();
    sig_open_unignored(deadly);
    sig_ignore_pipe();
    s->signals = sig_open(child);
    f->gone = on_gone;
}

static void write_work(struct stage *s, struct filter *f, struct load l, int64_t now)
{
    struct buf frame = {0};
    work_build(&s->work, &frame, l, now);
    filter_emit_buf(f, &frame);
    buf_free(&frame);
}

void stage_update(struct stage *s, struct filter *f)
{
    struct load l = s->load(f);
    int64_t now = clock_ms();
    if (work_due(&s->work, l, f->ended, now))
        write_work(s, f, l, now);
}

void stage_prepare(struct stage *s, struct filter *f, struct pollset *ps)
{
    s->slot = pollset_add(ps, s->signals, POLLIN);
    stage_update(s, f);
    pollset_until(ps, work_until(&s->work, s->load(f), f->ended));
}

void stage_pass(struct stage *s, struct filter *f, const struct frame *fr)
{
    struct load l = s->load(f);
    if (fr->type == FRAME_WORK)
        work_learn(&s->work, fr);
    else if (fr->type == FRAME_LINK && s->work.ring && (l.running || l.waiting))
        write_work(s, f, l, clock_ms());
}

static void shut_down(struct stage *s, struct filter *f, int number)
{
    if (s->deadly) {
        s->stop(f, SIGKILL);
        sig_die(number);
    }
    report_signal(number, s->load(f));
    s->deadly = number;
    filter_stop(f);
    s->stop(f, SIGTERM);
}

bool stage_ready(struct stage *s, struct filter *f, const struct pollset *ps)
{
    bool ended = false;
    if (!pollset_got(ps, s->slot))
        return false;
    for (int number; (number = sig_next());) {
        if (number == SIGCHLD)
            ended = true;
        else if (number == SIGUSR1)
            s->look = true;
        else
            shut_down(s, f, number);
    }
    return ended;
}

void stage_leave(struct stage *s, struct filter *f)
{
    if (!s->deadly)
        return;
    writer_flush(&f->out);
    sig_die(s->deadly);
}
