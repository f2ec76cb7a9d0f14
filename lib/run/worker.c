/* SPDX-License-Identifier: MIT */
/* One COMMAND at work on a turn. */
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "run/env.h"
#include "base/text.h"
#include "run/worker.h"

static const char interrupted[] = "interrupted";

bool worker_room(const struct filter *f)
{
    return writer_pending(&f->out) < IO_HIGH_WATER;
}

/* Without actions the reply is gathered whatever the room. */
static bool may_read(const struct worker *w, const struct filter *f)
{
    return !w->o->actions || worker_room(f);
}

/* One line about a turn: "run ./reply.sh for message 5551 of agent:…: exit status 1, not acknowledged". */
__attribute__((format(printf, 2, 3))) static void report(const struct worker *w, const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    buf_printf(&m, "run %s for ", w->o->argv[0]);
    turn_name(&m, w->turn);
    buf_str(&m, ": ");
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    complain("%s", buf_cstr(&m));
    buf_free(&m);
}

static void emit_typing(struct worker *w, struct filter *f)
{
    struct buf action = {0};
    turn_typing(&action, w->turn);
    filter_emit_buf(f, &action);
    buf_free(&action);
    w->typing_at = clock_ms() + WORKER_TYPING;
}

bool worker_start(struct worker *w, struct filter *f, struct turn *t)
{
    w->turn = t;
    w->why = NULL;
    w->timeout_at = w->typing_at = INT64_MAX;
    char **vars = environment_make(t);
    int error = agent_start(&w->agent, w->o->argv, vars, w->o->max);
    environment_free(vars);
    if (error) {
        report(w, "%s, not acknowledged", strerror(error));
        filter_fail(f, child_start_status(error));
        w->turn = NULL;
        return false;
    }
    if (w->o->timeout < INT64_MAX)
        w->timeout_at = clock_ms() + w->o->timeout;
    if (w->o->typing)
        emit_typing(w, f);
    agent_give(&w->agent, buf_as_span(&t->line)); /* one that closed its stdin already does not want it */
    agent_give_last(&w->agent);
    return true;
}

static void skip_line(struct worker *w, struct filter *f, const char *reason)
{
    report(w, "line %ju is no action: %s", w->agent.out.line, reason);
    filter_fail(f, EX_DATAERR);
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
        struct buf out = {0};
        turn_address(&out, w->turn, fr);
        filter_emit_buf(f, &out);
        buf_free(&out);
    }
}

/* True when all complete lines were taken; false where there is no room for more. */
static bool take_actions(struct worker *w, struct filter *f)
{
    struct frame fr = {0};
    struct span line;
    bool more = true;
    while (more && worker_room(f)) {
        enum reader_got got = reader_next(&w->agent.out, &line);
        if (got == READER_LINE)
            take_action(w, f, &fr, line);
        else if (got == READER_LONG)
            skip_line(w, f, "longer than --max-frame");
        more = got != READER_MORE;
    }
    frame_free(&fr);
    return !more;
}

static void stop(struct worker *w, const char *why)
{
    if (!w->why)
        w->why = why;
    w->timeout_at = w->typing_at = INT64_MAX;
    agent_stop(&w->agent, w->o->kill_after);
}

void worker_interrupt(struct worker *w)
{
    stop(w, interrupted);
}

void worker_prepare(struct worker *w, struct filter *f, struct pollset *ps)
{
    bool read = may_read(w, f);
    agent_prepare(&w->agent, ps, read);
    pollset_until(ps, w->timeout_at);
    pollset_until(ps, w->typing_at);
    if (w->o->actions && read && reader_ready(&w->agent.out))
        pollset_until(ps, 0);
}

bool worker_ready(struct worker *w, struct filter *f, const struct pollset *ps, bool ended)
{
    int64_t now = clock_ms();
    if (ended)
        agent_check(&w->agent);
    agent_ready(&w->agent, ps, may_read(w, f));
    if (!w->o->actions && w->agent.out.b.len > w->o->max) {
        agent_mute(&w->agent);
        stop(w, "its output is longer than --max-frame");
    }
    if (now >= w->timeout_at)
        stop(w, "timed out");
    if (now >= w->typing_at)
        emit_typing(w, f);
    bool taken = !w->o->actions || take_actions(w, f);
    return taken && agent_over(&w->agent);
}

static bool is_utf8(struct span text)
{
    uint32_t cp;
    for (size_t k; text.n; text.p += k, text.n -= k)
        if (!(k = text_decode(text.p, text.n, &cp)))
            return false;
    return true;
}

/* Sends what COMMAND printed; false where it cannot be sent. */
static bool send_reply(struct worker *w, struct filter *f)
{
    struct span text = buf_as_span(&w->agent.out.b);
    struct buf action = {0};
    size_t blank = 0;
    while (blank < text.n && memchr(" \t\r\n\v\f", text.p[blank], 6))
        blank++;
    if (blank == text.n)
        return true;
    if (text.p[text.n - 1] == '\n')
        text.n--;
    if (!is_utf8(text))
        return false;
    turn_reply(&action, w->turn, text, w->o->reply_to);
    filter_emit_buf(f, &action);
    buf_free(&action);
    return true;
}

static bool judge(struct worker *w, struct filter *f, int status)
{
    if (w->why == interrupted)
        return false;
    if (w->why)
        report(w, "%s, not acknowledged", w->why);
    else if (status)
        report(w, "exit status %d, not acknowledged", status);
    else if (w->o->actions || send_reply(w, f))
        return true;
    else
        report(w, "its output is not UTF-8, not acknowledged");
    filter_fail(f, status ? status : EX_DATAERR);
    return false;
}

bool worker_finish(struct worker *w, struct filter *f)
{
    int status = agent_finish(&w->agent);
    if (w->agent.left)
        report(w, "a process it left behind holds its output open, not waited for");
    bool handled = judge(w, f, status);
    reader_free(&w->agent.out);
    w->turn = NULL;
    return handled;
}
