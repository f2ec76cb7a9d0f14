/* SPDX-License-Identifier: MIT */
/* One long-lived COMMAND. */
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/result.h"
#include "run/resident.h"

enum { SILENCE = 5000 }; /* ms without any output at all while a message waits, before that is reported */

static bool has_room(struct filter *f)
{
    return writer_pending(&f->out) < IO_HIGH_WATER;
}

static bool is_full(struct filter *f)
{
    struct resident *r = f->ctx;
    return r->running && writer_pending(&r->process.in) >= IO_HIGH_WATER;
}

static bool is_busy(struct filter *f)
{
    return ((struct resident *)f->ctx)->running;
}

static struct load load_of(struct filter *f)
{
    struct resident *r = f->ctx;
    return r->counts ? r->own.before : (struct load){.running = (int64_t)r->hands.count};
}

static void stop(struct filter *f, int signal)
{
    struct resident *r = f->ctx;
    if (!r->running)
        return;
    if (signal == SIGKILL)
        child_kill(&r->process.child, SIGKILL);
    else
        process_stop(&r->process);
}

static void on_start(struct filter *f)
{
    struct resident *r = f->ctx;
    int error = process_start(&r->process, r->argv, NULL, r->kill_after, r->max);
    if (error)
        die(child_start_status(error), "run %s: %s", r->argv[0], strerror(error));
    r->running = true;
}

static void give_message(struct resident *r, struct filter *f, const struct frame *fr)
{
    hands_give(&r->hands, fr, clock_ms());
    if (!r->silent_at)
        r->silent_at = clock_ms() + SILENCE;
    if (!process_give(&r->process, fr->line) && !r->refused) {
        complain("write to %s: it has closed its input", r->argv[0]);
        filter_fail(f, EX_IOERR);
        r->refused = true;
    }
}

static void give_result(struct resident *r, const struct frame *fr)
{
    struct result result;
    result_read(&result, fr);
    struct request *q = requests_find(&r->requests, result.id);
    if (!q)
        return;
    if (!result_repeats(&result))
        process_give(&r->process, fr->line);
    if (result_is_last(&result))
        requests_close(q);
}

/* Whether the message is a press for another gateway: it is acknowledged, and not given to COMMAND. Behind a
 * queue, another worker's COMMAND may have asked for this gateway, so COMMAND gets every press. */
static bool pass_press(struct resident *r, struct filter *f, const struct frame *fr)
{
    if (!json_is_object(json_find(frame_get(fr, "event"), "prompt_response")))
        return false;
    struct turn *t = turn_new(fr);
    bool foreign = t && !t->gateway.p && prompts_foreign(&r->prompts, t);
    if (foreign) {
        struct buf name = {0};
        turn_name(&name, t);
        info(1, "%s: a press for another gateway", buf_cstr(&name));
        buf_free(&name);
        filter_emit(f, fr->line);
        if (t->ack.len)
            filter_emit(f, buf_as_span(&t->ack));
    }
    turn_free(t);
    return foreign;
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct resident *r = f->ctx;
    stage_pass(&r->stage, f, fr);
    if (fr->type == FRAME_INBOUND && pass_press(r, f, fr))
        return false;
    if (fr->type == FRAME_INBOUND || fr->type == FRAME_INTERRUPT_INBOUND)
        give_message(r, f, fr);
    else if (fr->type == FRAME_OUTBOUND_RESULT)
        give_result(r, fr);
    else if (fr->type == FRAME_DESCRIPTOR || fr->type == FRAME_LINK)
        process_give(&r->process, fr->line);
    return true;
}

static void on_end(struct filter *f)
{
    process_give_last(&((struct resident *)f->ctx)->process);
}

/* Reports a COMMAND that never flushes its output, as it seems to do nothing. */
static void watch_silence(struct resident *r, struct pollset *ps)
{
    if (!r->silent_at || r->silent_at == INT64_MAX)
        return;
    if (r->process.out.line || r->process.out.b.len || !r->running || !r->hands.count) {
        r->silent_at = INT64_MAX;
    } else if (clock_ms() >= r->silent_at) {
        warn("run %s: no output for %d s while a message waits: does it flush each line?", r->argv[0],
             SILENCE / 1000);
        r->silent_at = INT64_MAX;
    }
    pollset_until(ps, r->silent_at);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct resident *r = f->ctx;
    size_t before = writer_pending(&f->out);
    hands_expire(&r->hands, clock_ms());
    watch_silence(r, ps);
    pollset_until(ps, hands_until(&r->hands));
    stage_prepare(&r->stage, f, ps);
    process_prepare(&r->process, ps, has_room(f));
    if (!r->running || (has_room(f) && reader_ready(&r->process.out)) || writer_pending(&f->out) > before)
        pollset_until(ps, 0);
}

static void report_line(struct resident *r, struct filter *f, const char *reason)
{
    complain("skip line %ju of %s: %s", r->process.out.line, r->argv[0], reason);
    filter_fail(f, EX_DATAERR);
}

/* Whether the line is another version of a text that grows: its request is known. */
static bool grows(const struct resident *r)
{
    return r->out.type == FRAME_ACTION && json_eq(r->out.name, "stream") &&
           requests_find(&r->requests, frame_get(&r->out, "requestId"));
}

/* One for a message that came through a queue has its id from that. */
static void request(struct resident *r, struct filter *f, struct buf *action)
{
    struct span delivery = frame_get(&r->out, "delivery");
    unsigned *made = delivery.p ? hands_made(&r->hands, delivery) : NULL;
    r->asker.delivery = made ? delivery : (struct span){NULL, 0};
    r->asker.made = made ? *made : 0;
    const char *why = requests_emit(&r->requests, f, &r->asker, action, NULL);
    if (why)
        report_line(r, f, why);
    if (made)
        *made = r->asker.made;
    r->asker.delivery = (struct span){NULL, 0};
}

static void pass_line(struct resident *r, struct filter *f, struct span line)
{
    struct buf out = {0};
    if (r->out.type == FRAME_WORK) {
        work_learn(&r->own, &r->out);
        r->counts = true;
        return;
    }
    hands_take(&r->hands, &r->out);
    if ((r->out.type != FRAME_ACTION && r->out.type != FRAME_OUTBOUND) || grows(r)) {
        filter_emit(f, line);
        return;
    }
    buf_span(&out, line);
    if (json_eq(r->out.name, "prompt"))
        prompts_name(&r->prompts, &r->asker, &out);
    request(r, f, &out);
    buf_free(&out);
}

/* True when all complete lines were taken. */
static bool take_lines(struct resident *r, struct filter *f)
{
    struct span line;
    struct json_error e;
    while (has_room(f)) {
        enum reader_got got = reader_next(&r->process.out, &line);
        if (got == READER_MORE)
            return true;
        if (got == READER_LONG) {
            report_line(r, f, "longer than --max-frame");
        } else if (!line_blank(line) && !frame_parse(&r->out, line, &e)) {
            report_line(r, f, e.reason);
        } else if (!line_blank(line)) {
            pass_line(r, f, line);
        }
    }
    return false;
}

/* COMMAND has ended: after all of its input, or too soon. */
static void finish(struct resident *r, struct filter *f)
{
    int status = r->process.status;
    process_finish(&r->process);
    r->running = false;
    if (r->process.left)
        complain("run %s: a process it left behind holds its output open, not waited for", r->argv[0]);
    if (r->stage.deadly)
        return;
    struct buf why = {0};
    buf_printf(&why, "run %s: exit status %d%s", r->argv[0], status,
               f->ended ? "" : " before the end of input");
    struct load l = load_of(f);
    bool early = !f->ended;
    if (early && l.running)
        stage_report(buf_cstr(&why), l);
    else if (status || early)
        complain("%s", buf_cstr(&why));
    buf_free(&why);
    if (status)
        f->status = status;
    else if (early)
        filter_fail(f, EX_NO);
    r->counts = false;
    filter_stop(f);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct resident *r = f->ctx;
    if (!r->running)
        return;
    if (stage_ready(&r->stage, f, ps))
        process_check(&r->process);
    process_ready(&r->process, ps, has_room(f));
    if (take_lines(r, f) && process_over(&r->process))
        finish(r, f);
    if (!load_of(f).running)
        stage_update(&r->stage, f);
    if (!r->running)
        stage_leave(&r->stage, f);
}

void resident_init(struct resident *r, struct filter *f)
{
    f->ctx = r;
    r->stage.load = load_of;
    r->stage.stop = stop;
    stage_open(&r->stage, f);
    r->requests.wanted = true;
    f->start = on_start;
    f->frame = on_frame;
    f->end = on_end;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
}

void resident_free(struct resident *r, struct filter *f)
{
    stage_leave(&r->stage, f);
    reader_free(&r->process.out);
    frame_free(&r->out);
    requests_leave(&r->asker);
    prompts_free(&r->prompts);
    hands_free(&r->hands);
}
