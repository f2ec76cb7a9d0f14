/* SPDX-License-Identifier: MIT */
/* relay-queue as a stage. */
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "queue/gate.h"

/* What the ring must not end for: once it drains, what the pool holds is safe.
 */
static struct load load_of(const struct gate *g)
{
    int64_t waiting = (int64_t)(g->intake.waiting + replies_owed(g->replies));
    if (!g->draining)
        waiting += undone_count(&g->undone);
    return (struct load){.waiting = waiting};
}

static bool counts(const struct gate *g, const struct filter *f)
{
    return !g->draining && !f->ended;
}

/* --- frames --- */
static void write_work(struct gate *g, struct filter *f)
{
    struct buf frame = {0};
    work_build(&g->work, &frame, load_of(g), clock_ms());
    filter_emit_buf(f, &frame);
    buf_free(&frame);
}

static void pass_held(struct gate *g, struct filter *f)
{
    if (g->held.len)
        filter_emit_buf(f, &g->held);
    g->hold_until = INT64_MAX;
}

/* Whether the frame passes now: a drain waits for the results that are owed. */
static bool take_link(struct gate *g, struct filter *f, const struct frame *fr)
{
    struct span state = frame_get(fr, "state");
    if (json_eq(state, "draining")) {
        g->draining = true;
        replies_drain(g->replies);
    } else if (json_eq(state, "open") && g->draining) {
        g->draining = false;
        replies_resume(g->replies);
    }
    if (g->draining && !g->held.len && json_eq(state, "draining") && replies_owed(g->replies)) {
        info(1, "drain: wait for %zu results", replies_owed(g->replies));
        buf_span(&g->held, fr->line);
        g->hold_until = bus_now() + GATE_HOLD;
        return false;
    }
    if (g->work.ring && load_of(g).waiting)
        write_work(g, f);
    return true;
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct gate *g = f->ctx;
    replies_frame(g->replies, fr);
    if (fr->type == FRAME_WORK)
        work_learn(&g->work, fr);
    if (fr->type == FRAME_LINK)
        return take_link(g, f, fr);
    if (fr->type != FRAME_INBOUND && fr->type != FRAME_INTERRUPT_INBOUND)
        return true;
    filter_emit(f, fr->line); /* before an ack, and before an answer */
    if (fr->type == FRAME_INBOUND)
        intake_take(&g->intake, fr);
    else
        intake_interrupt(&g->intake, fr);
    return false;
}

/* --- the engine --- */
static void look_at_engine(struct gate *g)
{
    bool there = bus_connected(g->pool->bus);
    if (bus_reconnects(g->pool->bus) != g->reconnects) {
        g->reconnects = bus_reconnects(g->pool->bus);
        undone_again(&g->undone);
        intake_again(&g->intake);
    }
    switch (away_look(&g->away, there && !g->intake.silent, bus_now())) {
    case AWAY_GONE:
        warn("wait for the engine: %s for %d s; nothing is stored or acknowledged "
             "meanwhile",
             there ? "no answer" : "not connected", AWAY_PATIENCE / 1000);
        break;
    case AWAY_BACK:
        warn("the engine is back after %.1f s", (double)g->away.lasted / 1000);
        break;
    case AWAY_NOTHING:
        break;
    }
}

static void update_work(struct gate *g, struct filter *f)
{
    if (work_due(&g->work, load_of(g), f->ended, clock_ms()))
        write_work(g, f);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct gate *g = f->ctx;
    size_t before = writer_pending(&f->out);
    bus_prepare(g->pool->bus, ps);
    intake_prepare(&g->intake, ps);
    undone_prepare(&g->undone, ps, counts(g, f));
    replies_prepare(g->replies, ps);
    update_work(g, f);
    if (writer_pending(&f->out) > before)
        pollset_until(ps, 0);
    pollset_until(ps, work_until(&g->work, load_of(g), f->ended));
    bus_until(ps, away_until(&g->away));
    bus_until(ps, g->hold_until);
    bus_until(ps, g->end_at);
    g->slot = pollset_add(ps, g->signals, POLLIN);
}

/* The work that was taken is still done, for a short time; a second signal ends
 * it at once. */
static void shut_down(struct gate *g, struct filter *f, int number)
{
    if (g->deadly)
        sig_die(number);
    g->deadly = number;
    g->end_at = bus_now() + GATE_KILLED;
    filter_stop(f);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct gate *g = f->ctx;
    int number;
    bus_ready(g->pool->bus);
    look_at_engine(g);
    intake_ready(&g->intake);
    undone_ready(&g->undone, counts(g, f));
    replies_ready(g->replies);
    if (g->held.len && (!replies_owed(g->replies) || bus_now() >= g->hold_until))
        pass_held(g, f);
    update_work(g, f);
    if (pollset_got(ps, g->slot))
        while ((number = sig_next()))
            shut_down(g, f, number);
}

/* --- the ends --- */
/* In a ring, input is read even then: interrupts, results and the drain must
 * get through. Input from a file or pipe may wait there. */
static bool is_full(struct filter *f)
{
    struct gate *g = f->ctx;
    return !g->work.ring && intake_full(&g->intake);
}

static bool is_busy(struct filter *f)
{
    struct gate *g = f->ctx;
    return bus_now() < g->end_at && (intake_busy(&g->intake) || replies_busy(g->replies));
}

static void on_end(struct filter *f)
{
    struct gate *g = f->ctx;
    pass_held(g, f);
    g->draining = true;
    replies_drain(g->replies);
    replies_end(g->replies);
    if (g->end_at == INT64_MAX)
        g->end_at = bus_now() + GATE_END;
}

/* What was taken is still stored. */
static bool on_gone(struct filter *f)
{
    struct gate *g = f->ctx;
    if (g->end_at > bus_now() + GATE_KILLED)
        g->end_at = bus_now() + GATE_KILLED;
    filter_stop(f);
    return true;
}

static void on_over(struct filter *f)
{
    struct gate *g = f->ctx;
    char why[40] = "end of input";
    if (g->deadly)
        snprintf(why, sizeof why, "end on signal %d", g->deadly);
    else if (f->lost)
        snprintf(why, sizeof why, "write stdout");
    intake_give_up(&g->intake, why);
    if (bus_connected(g->pool->bus))
        bus_flush(g->pool->bus);
}

void gate_open(struct gate *g, struct filter *f)
{
    static const int deadly[] = {SIGTERM, SIGINT, SIGHUP, 0};
    intake_init(&g->intake, g->pool, f, g->link);
    undone_init(&g->undone, &g->intake);
    g->reconnects = bus_reconnects(g->pool->bus);
    g->hold_until = g->end_at = INT64_MAX;
    g->work.ring = sig_ring();
    g->signals = sig_open_unignored(deadly);
    sig_ignore_pipe();
    f->ctx = g;
    f->frame = on_frame;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
    f->end = on_end;
    f->gone = on_gone;
    f->over = on_over;
}

void gate_close(struct gate *g)
{
    intake_free(&g->intake);
    undone_free(&g->undone);
    buf_free(&g->held);
}

void gate_leave(const struct gate *g)
{
    if (g->deadly)
        sig_die(g->deadly);
}
