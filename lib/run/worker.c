/* SPDX-License-Identifier: MIT */
/* One COMMAND at work on a turn. */
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/text.h"
#include "relay/action.h"
#include "run/address.h"
#include "run/launch.h"

static bool has_room(const struct worker *w, const struct filter *f)
{
    return writer_pending(&f->out) + w->requests->pending < IO_HIGH_WATER;
}

/* Unless the output is actions, the reply is gathered regardless of room. */
static bool may_read(const struct worker *w, const struct filter *f)
{
    return !w->o->actions || has_room(w, f);
}

bool worker_tell(struct worker *w, struct span line)
{
    return !w->process.ended && !w->process.last && writer_pending(&w->process.in) < IO_HIGH_WATER &&
           process_give(&w->process, line);
}

void worker_tell_end(struct worker *w)
{
    process_give_last(&w->process);
}

static void skip_line(struct worker *w, struct filter *f, const char *reason)
{
    worker_report(w->o, w->turn, "line %ju is no action: %s", w->process.out.line, reason);
    filter_fail(f, EX_DATAERR);
}

static void emit_action(struct worker *w, struct filter *f, const struct frame *fr)
{
    struct buf out = {0};
    struct request *q;
    address_action(&out, w->turn, fr);
    prompts_name(w->prompts, w->turn, &out);
    int64_t prompt = w->o->interactive ? prompts_ask(w->prompts, w->turn, buf_as_span(&out)) : 0;
    const char *why = requests_emit(w->requests, f, w->turn, &out, &q);
    if (why) {
        prompts_retract(w->prompts, prompt);
        skip_line(w, f, why);
    } else if (q) {
        q->heard = true;
        q->tag = prompt;
    }
    w->asked = w->asked || (prompt && !why);
    buf_free(&out);
}

static void take_action(struct worker *w, struct filter *f, struct frame *fr, struct span line)
{
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(fr, line, &e)) {
        skip_line(w, f, e.reason);
    } else if (fr->type != FRAME_ACTION) {
        skip_line(w, f, "it has a type");
    } else {
        emit_action(w, f, fr);
    }
}

/* Takes complete lines. True when all were taken; false if there is no room for more. */
static bool take_actions(struct worker *w, struct filter *f)
{
    struct frame fr = {0};
    struct span line;
    bool more = true;
    while (more && has_room(w, f)) {
        enum reader_got got = reader_next(&w->process.out, &line);
        if (got == READER_LINE)
            take_action(w, f, &fr, line);
        else if (got == READER_LONG)
            skip_line(w, f, "longer than --max-frame");
        more = got != READER_MORE;
    }
    frame_free(&fr);
    return !more;
}

static void stop(struct worker *w, enum fate_cause why)
{
    if (w->cause == CAUSE_EXIT)
        w->cause = why;
    w->timeout_at = w->typing_at = INT64_MAX;
    if (launch_pending(w) && !w->fetch.on)
        return;
    process_give_last(&w->process);
    process_stop(&w->process);
}

void worker_interrupt(struct worker *w)
{
    stop(w, CAUSE_INTERRUPT);
}

void worker_prepare(struct worker *w, struct filter *f, struct pollset *ps)
{
    bool read = may_read(w, f);
    pollset_until(ps, w->typing_at);
    if (launch_pending(w)) {
        if (w->fetch.on)
            process_prepare(&w->process, ps, true);
        pollset_until(ps, w->fetch.on ? w->fetch.until : w->start_at);
        return;
    }
    process_prepare(&w->process, ps, read);
    pollset_until(ps, w->timeout_at);
    pollset_until(ps, reply_due(&w->reply));
    if (w->o->actions && read && reader_ready(&w->process.out))
        pollset_until(ps, 0);
}

/* Whether relay-send could show a text while it grows: if not, nothing is shown of one that fails. */
static bool can_grow(const struct worker *w)
{
    const struct platform *p = worker_platform(w, w->turn);
    return p && (w->o->reply.paragraphs ||
                 (p->edits && op_supported(op_find(span_of("\"edit\"")), buf_as_span(&p->ops))));
}

static void grow_reply(struct worker *w, struct filter *f, int64_t now)
{
    struct reply_to to = {f, w->requests, w->turn};
    struct span printed = buf_as_span(&w->process.out.b);
    if (w->cause != CAUSE_EXIT)
        return;
    reply_look(&w->reply, &w->o->reply, printed.n, now);
    if (now >= reply_due(&w->reply) && !can_grow(w))
        w->reply.due = 0;
    reply_grow(&w->reply, &w->o->reply, &to, printed, now);
}

bool worker_ready(struct worker *w, struct filter *f, const struct pollset *ps, bool ended)
{
    int64_t now = clock_ms();
    if (now >= w->typing_at)
        launch_typing(w, f);
    if (launch_pending(w))
        return launch_ready(w, f, ps, ended);
    if (ended || now >= w->timeout_at)
        process_check(&w->process);
    if (w->process.ended) /* it ended in time, even if its output is still held open */
        w->timeout_at = INT64_MAX;
    process_ready(&w->process, ps, may_read(w, f));
    if (!w->o->actions && w->process.out.b.len > w->o->max && w->cause == CAUSE_EXIT) {
        process_mute(&w->process);
        stop(w, CAUSE_TOO_LONG);
    }
    if (now >= w->timeout_at)
        stop(w, CAUSE_TIMEOUT);
    if (!w->o->actions)
        grow_reply(w, f, now);
    bool taken = !w->o->actions || take_actions(w, f);
    return taken && process_over(&w->process);
}

enum fate_cause worker_cause(const struct worker *w, int *status)
{
    *status = w->cause == CAUSE_START ? w->start_error : w->process.status;
    if (w->process.unkillable)
        return CAUSE_UNKILLABLE;
    if (w->cause != CAUSE_EXIT || *status || w->o->actions)
        return w->cause;
    struct span text = reply_text(buf_as_span(&w->process.out.b));
    return text_valid(text.p, text.n) ? CAUSE_EXIT : CAUSE_NOT_TEXT;
}

void worker_reply(struct worker *w, struct filter *f, bool well)
{
    struct reply_to to = {f, w->requests, w->turn};
    if (w->o->actions)
        reply_cut(&to);
    else
        reply_end(&w->reply, &w->o->reply, &to, buf_as_span(&w->process.out.b), well);
}

void worker_free(struct worker *w)
{
    if (w->process.left)
        worker_report(w->o, w->turn, "a process it left behind holds its output open, not waited for");
    prompts_forget(w->prompts, w->turn);
    process_finish(&w->process);
    reader_free(&w->process.out);
    fetch_end(&w->fetch, w->turn);
    reply_free(&w->reply);
    w->turn = NULL;
}
