/* SPDX-License-Identifier: MIT */
/* One COMMAND per inbound message. */
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/result.h"
#include "run/durable.h"
#include "run/each.h"
#include "run/ending.h"
#include "run/events.h"
#include "run/interrupt.h"
#include "run/start.h"
#include "run/talk.h"

/* In a ring, input is read even while the inbox is full: interrupts, results and the drain must get through.
 * Input from a file or pipe may wait there. */
static bool is_full(struct filter *f)
{
    struct runner *r = f->ctx;
    if (r->stage.work.ring)
        return false;
    return r->durable ? durable_full(r) : inbox_full(&r->inbox);
}

static bool is_busy(struct filter *f)
{
    struct runner *r = f->ctx;
    return r->durable ? durable_busy(r, f) : r->running || r->inbox.waiting;
}

static struct load load_of(struct filter *f)
{
    struct runner *r = f->ctx;
    if (r->durable)
        return durable_load(r);
    return (struct load){.running = r->running, .waiting = (int64_t)r->inbox.waiting};
}

static void stop_all(struct filter *f, int signal)
{
    struct runner *r = f->ctx;
    for (int i = 0; i < r->parallel; i++) {
        if (r->workers[i].turn && signal == SIGKILL)
            child_kill(&r->workers[i].process.child, SIGKILL);
        else if (r->workers[i].turn)
            worker_interrupt(&r->workers[i]);
    }
    if (r->durable && signal != SIGKILL)
        durable_stop(r);
    for (struct turn *t; (t = inbox_pop(&r->inbox, NULL));)
        inbox_given_up(&r->inbox, t);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct runner *r = f->ctx;
    bool full = is_full(f);
    size_t before = writer_pending(&f->out);
    if (r->durable)
        durable_flush(r, f);
    bool starts = !r->stage.deadly && (!r->durable || durable_starts(r, f));
    if (starts)
        start_turns(r, f);
    stage_prepare(&r->stage, f, ps);
    /* the loop must look at once at what has just changed */
    if (writer_pending(&f->out) > before || (full && !is_full(f)) || (f->ended && !is_busy(f)))
        pollset_until(ps, 0);
    if (r->durable)
        pollset_until(ps, durable_until(r));
    if (starts && r->running < r->parallel)
        pollset_until(ps, inbox_until(&r->inbox));
    if (r->inbox.waiting && r->start_at > clock_ms())
        pollset_until(ps, r->start_at);
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn)
            worker_prepare(&r->workers[i], f, ps);
}

static void finish(struct runner *r, struct filter *f, struct worker *w)
{
    struct turn *t = w->turn;
    int status;
    enum fate_cause cause = worker_cause(w, &status);
    worker_reply(w, f, cause == CAUSE_EXIT && status == 0);
    worker_free(w);
    r->running--;
    r->start_at = 0;
    ending_attempt(r, f, t, cause, status);
}

/* One that asks is acknowledged then: a connector may keep back what comes after it, the press included. A
 * queue does not. */
static void look_after(struct runner *r, struct filter *f, struct worker *w, const struct pollset *ps,
                       bool ended)
{
    bool over = worker_ready(w, f, ps, ended);
    if (w->asked && !w->turn->acked && !w->turn->delivery.p)
        ending_ack(f, w->turn);
    if (over)
        finish(r, f, w);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct runner *r = f->ctx;
    bool ended = stage_ready(&r->stage, f, ps);
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn)
            look_after(r, f, &r->workers[i], ps, ended);
    if (!is_busy(f))
        stage_update(&r->stage, f);
    if (!r->running && r->stage.deadly && r->durable)
        durable_flush(r, f);
    if (!r->running)
        stage_leave(&r->stage, f);
}

static void take_inbound(struct runner *r, struct filter *f, struct turn *t)
{
    if (talk_press(r, f, t) || interrupt_word(r, f, t))
        return;
    if (r->durable && durable_take(r, t))
        return;
    enum inbox_verdict verdict = inbox_take(&r->inbox, t);
    if (verdict == INBOX_HANDLED)
        ending_skip(f, t);
    else if (verdict == INBOX_HELD && inbox_holder(&r->inbox, t)->acked)
        ending_ack(f, inbox_holder(&r->inbox, t));
    else if (verdict == INBOX_FULL)
        ending_refused(r, f, t);
}

/* Until its turn is over a message belongs to its queue: whether there is something here that would take it
 * over. */
static bool takes_over(const struct runner *r, struct filter *f)
{
    const char *what = r->durable ? "inbox" : r->letters ? "dead-letter" : r->ack_start ? "ack start" : NULL;
    if (!what)
        return false;
    complain("run %s: messages come from a queue, which keeps them: leave --%s out", r->o.argv[0], what);
    filter_fail(f, EX_CONFIG);
    filter_stop(f);
    return true;
}

static void take_message(struct runner *r, struct filter *f, const struct frame *fr)
{
    struct turn *t = turn_new(fr);
    struct span delivery = turn_delivery(fr);
    if (delivery.p && takes_over(r, f)) {
        turn_free(t);
    } else if (t) {
        take_inbound(r, f, t);
    } else {
        complain("run %s for line %ju: its event is no object", r->o.argv[0], f->in.line);
        filter_fail(f, EX_DATAERR);
        if (delivery.p)
            ending_nack_of(f, delivery, EX_DATAERR);
    }
}

static void learn(struct runner *r, const struct frame *fr)
{
    if (r->durable && fr->type == FRAME_LINK)
        durable_link(r, fr);
    if (fr->type == FRAME_DESCRIPTOR)
        platforms_adopt(&r->platforms, frame_get(fr, "descriptor"));
    else if (fr->type == FRAME_LINK && json_eq(frame_get(fr, "state"), "open"))
        platforms_reset(&r->platforms);
}

static void take_result(struct runner *r, const struct frame *fr)
{
    struct result result;
    result_read(&result, fr);
    struct request *q = requests_find(&r->requests, result.id);
    if (!q)
        return;
    talk_result(r, q, &result, fr);
    if (q->turn->row)
        events_result(r, q, &result, fr);
    if (result_is_last(&result))
        requests_close(q);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct runner *r = f->ctx;
    stage_pass(&r->stage, f, fr);
    if (fr->type == FRAME_OUTBOUND_RESULT)
        take_result(r, fr);
    learn(r, fr);
    if (fr->type == FRAME_INTERRUPT_INBOUND) {
        filter_emit(f, fr->line); /* before an ack */
        interrupt_take(r, f, fr);
        return false;
    }
    if (fr->type != FRAME_INBOUND)
        return true;
    filter_emit(f, fr->line);
    take_message(r, f, fr);
    return false;
}

static void on_end(struct filter *f)
{
    talk_end(f->ctx);
}

void runner_init(struct runner *r, struct filter *f)
{
    f->ctx = r;
    r->stage.load = load_of;
    r->stage.stop = stop_all;
    stage_open(&r->stage, f);
    r->requests.wanted = r->stage.work.ring || r->o.interactive;
    r->workers = xcalloc((size_t)r->parallel, sizeof *r->workers);
    for (int i = 0; i < r->parallel; i++)
        r->workers[i] = (struct worker){
            .o = &r->o, .requests = &r->requests, .prompts = &r->prompts, .platforms = &r->platforms};
    if (r->durable)
        durable_open(r->durable, r, f);
    f->frame = on_frame;
    f->end = on_end;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
}

void runner_free(struct runner *r, struct filter *f)
{
    stage_leave(&r->stage, f);
    if (r->durable)
        durable_close(r);
    inbox_free(&r->inbox);
    prompts_free(&r->prompts);
    platforms_free(&r->platforms);
    free(r->workers);
}
