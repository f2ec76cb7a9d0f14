/* SPDX-License-Identifier: MIT */
/* One COMMAND per inbound message. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/action.h"
#include "relay/result.h"
#include "run/each.h"
#include "run/ending.h"

enum { NAMES_MAX = 8 }; /* most sessions named in a diagnostic */

/* In a ring, input is read even while the inbox is full: interrupts, results and the drain must get through.
 * Input from a file or pipe may wait there. */
static bool is_full(struct filter *f)
{
    struct runner *r = f->ctx;
    return !r->stage.work.ring && inbox_full(&r->inbox);
}

static bool is_busy(struct filter *f)
{
    struct runner *r = f->ctx;
    return r->running || r->inbox.waiting;
}

static struct load load_of(struct filter *f)
{
    struct runner *r = f->ctx;
    return (struct load){r->running, (int64_t)r->inbox.waiting};
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
    for (struct turn *t; (t = inbox_pop(&r->inbox, NULL));)
        inbox_given_up(&r->inbox, t);
}

/* Whether the platform of the message can show that someone is typing. */
static bool shows_typing(const struct runner *r, const struct turn *t)
{
    static const char op[] = "\"typing\"";
    struct buf name = {0};
    platform_decode(&name, json_find(t->source, "platform"));
    const struct platform *p = platforms_find(&r->platforms, buf_as_span(&name));
    bool can = !p || op_supported(op_find(span_of(op)), buf_as_span(&p->ops));
    buf_free(&name);
    return can;
}

static void start_failed(struct runner *r, struct filter *f, struct turn *t, int error)
{
    if (!fate_start_waits(error, r->running)) {
        ending_attempt(r, f, t, CAUSE_START, error);
        return;
    }
    if (!r->start_told)
        worker_report(&r->o, t, "%s, waiting until it can be started", strerror(error));
    r->start_told = true;
    t->attempt--;
    r->start_at = clock_ms() + FATE_START_WAIT;
    inbox_again(&r->inbox, t, r->start_at);
}

/* Starts the turns that may run. */
static void start_turns(struct runner *r, struct filter *f)
{
    int64_t now = clock_ms();
    struct turn *t;
    while (r->running < r->parallel && now >= r->start_at && writer_pending(&f->out) < IO_HIGH_WATER &&
           (t = inbox_next(&r->inbox, now))) {
        struct worker *w = r->workers;
        while (w->turn)
            w++;
        t->attempt++;
        int error = worker_start(w, f, t, r->o.typing && shows_typing(r, t));
        if (error) {
            start_failed(r, f, t, error);
            continue;
        }
        r->running++;
        if (!r->inbox.waiting) /* the shortage is over, not just eased */
            r->start_told = false;
    }
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct runner *r = f->ctx;
    bool full = is_full(f);
    size_t before = writer_pending(&f->out);
    if (!r->stage.deadly)
        start_turns(r, f);
    stage_prepare(&r->stage, f, ps);
    /* the loop must look at once at what has just changed */
    if (writer_pending(&f->out) > before || (full && !is_full(f)) || (f->ended && !is_busy(f)))
        pollset_until(ps, 0);
    if (r->running < r->parallel)
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
    if (cause == CAUSE_EXIT && status == 0)
        worker_reply(w, f);
    worker_free(w);
    r->running--;
    r->start_at = 0;
    ending_attempt(r, f, t, cause, status);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct runner *r = f->ctx;
    bool ended = stage_ready(&r->stage, f, ps);
    for (int i = 0; i < r->parallel; i++)
        if (r->workers[i].turn && worker_ready(&r->workers[i], f, ps, ended))
            finish(r, f, &r->workers[i]);
    if (!is_busy(f))
        stage_update(&r->stage, f);
    if (!r->running)
        stage_leave(&r->stage, f);
}

static void skip_handled(struct filter *f, struct turn *t)
{
    struct buf name = {0};
    turn_name(&name, t);
    info(1, "skip %s: handled before", buf_cstr(&name));
    buf_free(&name);
    ending_ack(f, t);
    turn_free(t);
}

static void take_inbound(struct runner *r, struct filter *f, struct turn *t)
{
    enum inbox_verdict verdict = inbox_take(&r->inbox, t);
    if (verdict == INBOX_HANDLED)
        skip_handled(f, t);
    else if (verdict == INBOX_FULL)
        ending_refused(r, f, t);
}

/* Reports an interrupt for an unknown session: it may have been meant for one that is running. */
static void report_unknown(const struct runner *r, const struct buf *key)
{
    struct buf names = {0};
    int n = 0;
    for (int i = 0; i < r->parallel; i++) {
        if (!r->workers[i].turn || n++ >= NAMES_MAX)
            continue;
        buf_str(&names, n > 1 ? ", " : "");
        turn_session(&names, r->workers[i].turn);
    }
    if (n > NAMES_MAX)
        buf_printf(&names, " and %d more", n - NAMES_MAX);
    warn("interrupt %.*s: no such session; running: %s",
         key->len < TURN_NAME_MAX ? (int)key->len : TURN_NAME_MAX, key->p, n ? buf_cstr(&names) : "none");
    buf_free(&names);
}

static void take_interrupt(struct runner *r, struct filter *f, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct buf key = {0};
    bool stopped = false;
    if (!json_is_string(session) || session.n == 2) {
        warn("skip interrupt_inbound: it names no session");
        return;
    }
    json_decode(&key, session);
    for (int i = 0; i < r->parallel; i++) {
        if (!r->workers[i].turn || !turn_is_of(r->workers[i].turn, &key))
            continue;
        worker_interrupt(&r->workers[i]);
        stopped = true;
    }
    size_t dropped = ending_waiting(r, f, &key);
    if (stopped || dropped)
        complain("interrupt %.*s: %s, %zu waiting dropped",
                 key.len < TURN_NAME_MAX ? (int)key.len : TURN_NAME_MAX, key.p,
                 stopped ? "COMMAND ended" : "nothing ran", dropped);
    else
        report_unknown(r, &key);
    buf_free(&key);
}

static void learn(struct runner *r, const struct frame *fr)
{
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
    if (q && result_is_last(&result))
        requests_close(q);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct runner *r = f->ctx;
    stage_pass(&r->stage, f, fr);
    if (fr->type == FRAME_OUTBOUND_RESULT)
        take_result(r, fr);
    if (r->o.typing)
        learn(r, fr);
    if (fr->type == FRAME_INTERRUPT_INBOUND) {
        filter_emit(f, fr->line); /* before an ack */
        take_interrupt(r, f, fr);
        return false;
    }
    if (fr->type != FRAME_INBOUND)
        return true;
    struct turn *t = turn_new(fr);
    filter_emit(f, fr->line);
    if (t) {
        take_inbound(r, f, t);
    } else {
        complain("run %s for line %ju: its event is no object", r->o.argv[0], f->in.line);
        filter_fail(f, EX_DATAERR);
    }
    return false;
}

void runner_init(struct runner *r, struct filter *f)
{
    f->ctx = r;
    r->stage.load = load_of;
    r->stage.stop = stop_all;
    stage_open(&r->stage, f);
    r->requests.wanted = r->stage.work.ring;
    r->workers = xcalloc((size_t)r->parallel, sizeof *r->workers);
    for (int i = 0; i < r->parallel; i++)
        r->workers[i] = (struct worker){.o = &r->o, .requests = &r->requests};
    f->frame = on_frame;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
}

void runner_free(struct runner *r, struct filter *f)
{
    stage_leave(&r->stage, f);
    inbox_free(&r->inbox);
    platforms_free(&r->platforms);
    free(r->workers);
}
