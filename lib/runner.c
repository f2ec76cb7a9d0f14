/* SPDX-License-Identifier: MIT */
/* One COMMAND per inbound message. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "diag.h"
#include "runner.h"
#include "text.h"

static const char interrupted[] = "interrupted";

static bool has_room(struct filter *f)
{
    return writer_pending(&f->out) < RUNNER_HIGH_WATER;
}

static bool is_full(struct filter *f)
{
    struct runner *r = f->ctx;
    return r->sessions.waiting >= RUNNER_WAITING || r->sessions.bytes >= RUNNER_BYTES;
}

static bool is_busy(struct filter *f)
{
    struct runner *r = f->ctx;
    return r->running || r->sessions.waiting;
}

static int shown(const struct buf *b)
{
    return b->len < 200 ? (int)b->len : 200;
}

/* One line about a turn: "run ./reply.sh for message 5551 of agent:…: exit status 1, not acknowledged". */
__attribute__((format(printf, 3, 4))) static void report(const struct runner *r, const struct turn *t,
                                                         const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    const struct buf *id = t->id.len ? &t->id : &t->buffer;
    complain("run %s for message %.*s of %.*s: %s", r->o.argv[0], shown(id), id->len ? id->p : "",
             shown(&t->key), t->key.p, buf_cstr(&m));
    buf_free(&m);
}

static void seen_turn(struct runner *r, struct turn *t)
{
    seen_open(&r->buffers, &t->buffer, t);
    seen_open(&r->messages, &t->message, t);
}

static void forget_turn(struct runner *r, struct turn *t)
{
    seen_drop(&r->buffers, &t->buffer, t);
    seen_drop(&r->messages, &t->message, t);
}

/* Drops a list of turns; returns how many deliveries they were. */
static int drop_turns(struct runner *r, struct turn *list)
{
    int n = 0;
    for (struct turn *t = list, *next; t; t = next) {
        next = t->next;
        for (struct turn *h = t->held; h; h = h->next)
            n++;
        n++;
        forget_turn(r, t);
        turn_free(t);
    }
    return n;
}

/* Acks a turn and what was held for it, each bufferId once. */
static void ack_turn(struct filter *f, const struct turn *t)
{
    const struct buf *last = NULL;
    for (const struct turn *d = t; d; d = d == t ? t->held : d->next) {
        if (!d->ack.len || (last && last->len == d->ack.len && memcmp(last->p, d->ack.p, last->len) == 0))
            continue;
        filter_emit(f, buf_as_span(&d->ack));
        last = &d->ack;
    }
}

static void turn_succeeded(struct runner *r, struct filter *f, struct turn *t)
{
    ack_turn(f, t);
    for (const struct turn *d = t; d; d = d == t ? t->held : d->next) {
        seen_done(&r->buffers, &d->buffer);
        seen_done(&r->messages, &d->message);
    }
    sessions_over(&r->sessions, t);
    turn_free(t);
}

/* A redelivery that was held meanwhile is the retry. */
static void turn_failed(struct runner *r, struct turn *t)
{
    forget_turn(r, t);
    struct turn *again = sessions_retry(t);
    if (again)
        seen_turn(r, again);
    sessions_over(&r->sessions, t);
    turn_free(t);
}

static void emit_typing(struct runner_slot *s, struct filter *f)
{
    struct buf action = {0};
    turn_typing(&action, s->turn);
    filter_emit_buf(f, &action);
    buf_free(&action);
    s->typing_at = clock_ms() + RUNNER_TYPING;
}

static void start_turn(struct runner *r, struct filter *f, struct turn *t)
{
    struct runner_slot *s = r->slots;
    while (s->turn)
        s++;
    *s = (struct runner_slot){.turn = t, .timeout_at = INT64_MAX, .typing_at = INT64_MAX};
    char **vars = turn_environ(t);
    int error = agent_start(&s->agent, r->o.argv, vars, r->o.max);
    turn_free_environ(vars);
    if (error) {
        report(r, t, "%s, not acknowledged", strerror(error));
        filter_fail(f, child_start_status(error));
        s->turn = NULL;
        turn_failed(r, t);
        return;
    }
    r->running++;
    if (r->o.timeout < INT64_MAX)
        s->timeout_at = clock_ms() + r->o.timeout;
    if (r->o.typing)
        emit_typing(s, f);
    agent_give(&s->agent, buf_as_span(&t->line));
    agent_give_last(&s->agent);
}

/* A line of stdout with --actions. */
static void take_action(struct runner *r, struct filter *f, const struct turn *t, struct span line)
{
    struct json_error e;
    struct buf out = {0};
    if (line_blank(line))
        return;
    if (!frame_parse(&r->action, line, &e)) {
        report(r, t, "its line is no action: %s at byte %zu", e.reason, e.at + 1);
        filter_fail(f, EX_DATAERR);
    } else if (r->action.type != FRAME_ACTION) {
        report(r, t, "its line is no action: it has a type");
        filter_fail(f, EX_DATAERR);
    } else {
        turn_address(&out, t, &r->action);
        filter_emit_buf(f, &out);
    }
    buf_free(&out);
}

/* True when all complete lines were taken; false where there is no room for more. */
static bool take_actions(struct runner *r, struct filter *f, struct runner_slot *s)
{
    struct span line;
    while (has_room(f)) {
        enum reader_got got = reader_next(&s->agent.out, &line);
        if (got == READER_MORE)
            return true;
        if (got == READER_LINE) {
            take_action(r, f, s->turn, line);
            continue;
        }
        report(r, s->turn, "its line is no action: longer than %zu bytes", r->o.max);
        filter_fail(f, EX_DATAERR);
    }
    return false;
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
static bool send_reply(struct runner *r, struct filter *f, struct runner_slot *s)
{
    struct span text = buf_as_span(&s->agent.out.b);
    struct buf action = {0};
    size_t blank = 0;
    while (blank < text.n && strchr(" \t\r\n\v\f", text.p[blank]) && text.p[blank])
        blank++;
    if (blank == text.n)
        return true;
    if (text.p[text.n - 1] == '\n')
        text.n--;
    if (!is_utf8(text))
        return false;
    turn_reply(&action, s->turn, text, r->o.reply_to);
    filter_emit_buf(f, &action);
    buf_free(&action);
    return true;
}

/* Reports how COMMAND ended and sends its reply. Returns whether the message is handled. */
static bool judge_slot(struct runner *r, struct filter *f, struct runner_slot *s, int status)
{
    const struct turn *t = s->turn;
    if (s->why == interrupted) {
        warn("run %s for %.*s: interrupted, not acknowledged", r->o.argv[0], shown(&t->key), t->key.p);
        return false;
    }
    if (s->why)
        report(r, t, "%s, not acknowledged", s->why);
    else if (status)
        report(r, t, "exit status %d, not acknowledged", status);
    else if (r->o.actions || send_reply(r, f, s))
        return true;
    else
        report(r, t, "its output is not UTF-8, not acknowledged");
    filter_fail(f, status ? status : EX_DATAERR);
    return false;
}

static void finish_slot(struct runner *r, struct filter *f, struct runner_slot *s)
{
    struct turn *t = s->turn;
    int status = agent_finish(&s->agent);
    if (s->agent.left)
        report(r, t, "a process it left behind holds its output open, not waited for");
    bool handled = judge_slot(r, f, s, status);
    reader_free(&s->agent.out);
    s->turn = NULL;
    r->running--;
    if (handled)
        turn_succeeded(r, f, t);
    else
        turn_failed(r, t);
}

static void stop_slot(const struct runner *r, struct runner_slot *s, const char *why)
{
    if (!s->why)
        s->why = why;
    s->timeout_at = s->typing_at = INT64_MAX;
    agent_stop(&s->agent, r->o.kill_after);
}

static bool slot_ready(struct runner *r, struct filter *f, struct runner_slot *s, const struct pollset *ps)
{
    bool room = !r->o.actions || has_room(f);
    int64_t now = clock_ms();
    agent_ready(&s->agent, ps, room);
    if (!r->o.actions && s->agent.out.b.len > r->o.max) {
        agent_mute(&s->agent);
        stop_slot(r, s, "its output is over the maximum of --max-frame");
    }
    if (now >= s->timeout_at)
        stop_slot(r, s, "timed out");
    if (now >= s->typing_at)
        emit_typing(s, f);
    bool taken = !r->o.actions || take_actions(r, f, s);
    return taken && agent_over(&s->agent);
}

/* Every COMMAND ends, nothing more is run, then the process dies of the signal; the second time at once. */
static void shut_down(struct runner *r, struct filter *f, int number)
{
    int again = r->deadly;
    r->deadly = number;
    for (int i = 0; i < r->o.parallel; i++)
        if (r->slots[i].turn) {
            stop_slot(r, &r->slots[i], interrupted);
            if (again)
                child_kill(&r->slots[i].agent.child, SIGKILL);
            drop_turns(r, sessions_release(&r->sessions, r->slots[i].turn));
        }
    drop_turns(r, sessions_clear(&r->sessions, NULL));
    filter_stop(f);
    if (again)
        agent_die(number);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct runner *r = f->ctx;
    int deadly = 0;
    bool ended = pollset_got(ps, r->signals_slot) && agent_signalled(&deadly);
    for (int i = 0; i < r->o.parallel; i++) {
        struct runner_slot *s = &r->slots[i];
        if (!s->turn)
            continue;
        if (ended)
            agent_check(&s->agent);
        if (slot_ready(r, f, s, ps))
            finish_slot(r, f, s);
    }
    if (deadly)
        shut_down(r, f, deadly);
    if (r->deadly && !r->running)
        agent_die(r->deadly);
}

/* Starts what may run. Returns whether the loop has something new to do at once. */
static bool start_turns(struct runner *r, struct filter *f)
{
    bool full = is_full(f);
    size_t before = writer_pending(&f->out);
    struct turn *t;
    while (r->running < r->o.parallel && has_room(f) && (t = sessions_next(&r->sessions)))
        start_turn(r, f, t);
    return writer_pending(&f->out) > before || (full && !is_full(f)) || (f->ended && !is_busy(f));
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct runner *r = f->ctx;
    if (start_turns(r, f))
        pollset_until(ps, 0);
    r->signals_slot = pollset_add(ps, r->signals, POLLIN);
    bool room = !r->o.actions || has_room(f);
    for (int i = 0; i < r->o.parallel; i++) {
        struct runner_slot *s = &r->slots[i];
        if (!s->turn)
            continue;
        agent_prepare(&s->agent, ps, room);
        pollset_until(ps, s->timeout_at);
        pollset_until(ps, s->typing_at);
        if (r->o.actions && room && reader_ready(&s->agent.out))
            pollset_until(ps, 0);
    }
}

static bool take_inbound(struct runner *r, struct filter *f, struct frame *fr)
{
    struct turn *t = turn_new(fr);
    void *first = NULL;
    if (!t) {
        complain("run %s for line %ju: its event is no object", r->o.argv[0], f->in.line);
        filter_fail(f, EX_DATAERR);
        return true;
    }
    enum seen_state b = seen_find(&r->buffers, &t->buffer, &first);
    enum seen_state m = b == SEEN_NEVER ? seen_find(&r->messages, &t->message, &first) : b;
    filter_emit(f, fr->line);
    if (m == SEEN_DONE) {
        info(1, "acknowledge message %.*s of %.*s: handled before", shown(&t->id), t->id.len ? t->id.p : "",
             shown(&t->key), t->key.p);
        ack_turn(f, t);
        turn_free(t);
    } else if (m == SEEN_OPEN) {
        sessions_hold(&r->sessions, first, t);
    } else {
        seen_turn(r, t);
        sessions_add(&r->sessions, t);
    }
    return false;
}

static void take_interrupt(struct runner *r, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct buf key = {0};
    int dropped = 0;
    if (!json_is_string(session) || session.n == 2)
        return;
    json_decode(&key, session);
    for (int i = 0; i < r->o.parallel; i++) {
        struct runner_slot *s = &r->slots[i];
        if (!s->turn || s->turn->key.len != key.len || memcmp(s->turn->key.p, key.p, key.len) != 0)
            continue;
        dropped += drop_turns(r, sessions_release(&r->sessions, s->turn));
        stop_slot(r, s, interrupted);
    }
    dropped += drop_turns(r, sessions_clear(&r->sessions, &key));
    if (dropped)
        warn("drop %d waiting messages of %.*s: interrupted, not acknowledged", dropped, shown(&key), key.p);
    buf_free(&key);
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct runner *r = f->ctx;
    if (fr->type == FRAME_INBOUND)
        return take_inbound(r, f, fr);
    if (fr->type == FRAME_INTERRUPT_INBOUND)
        take_interrupt(r, fr);
    return true;
}

static void on_gone(struct filter *f)
{
    struct runner *r = f->ctx;
    for (int i = 0; i < r->o.parallel; i++)
        if (r->slots[i].turn)
            child_kill(&r->slots[i].agent.child, SIGTERM);
    agent_restore_pipe();
}

void runner_init(struct runner *r, const struct runner_options *o, struct filter *f)
{
    *r = (struct runner){.o = *o, .signals = agent_signals()};
    r->slots = xcalloc((size_t)o->parallel, sizeof *r->slots);
    f->ctx = r;
    f->frame = on_frame;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->full = is_full;
    f->busy = is_busy;
    f->gone = on_gone;
}

void runner_free(struct runner *r)
{
    seen_free(&r->buffers);
    seen_free(&r->messages);
    frame_free(&r->action);
    free(r->slots);
    if (r->deadly)
        agent_die(r->deadly);
}
