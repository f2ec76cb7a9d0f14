/* SPDX-License-Identifier: MIT */
/* The client of an agent as a filter. */
#include <signal.h>
#include <string.h>

#include "acp/ask.h"
#include "acp/attach.h"
#include "acp/client.h"
#include "acp/job.h"
#include "acp/say.h"
#include "acp/serve.h"
#include "acp/watch.h"
#include "base/clock.h"
#include "base/diag.h"
#include "run/ending.h"
#include "run/interrupt.h"

enum { STOP_TEXT = 1024 }; /* bytes of JSON: a longer text is no stop word */

static bool has_room(const struct filter *f)
{
    return writer_pending(&f->out) < IO_HIGH_WATER;
}

static bool is_busy(struct filter *f)
{
    struct client *c = f->ctx;
    return c->busy || (c->inbox.waiting && !c->down) || agent_runs(&c->agent);
}

static struct load load_of(struct filter *f)
{
    struct client *c = f->ctx;
    return (struct load){.running = c->busy, .waiting = (int64_t)c->inbox.waiting};
}

static void stop(struct filter *f, int signal)
{
    struct client *c = f->ctx;
    c->down = true;
    if (signal == SIGKILL && agent_runs(&c->agent))
        child_kill(&c->agent.process.child, SIGKILL);
    else
        agent_stop(&c->agent);
}

static size_t drop_waiting(struct client *c, struct filter *f, const struct buf *key)
{
    size_t n = 0;
    for (struct turn *t; (t = inbox_pop(&c->inbox, key)); n++) {
        ending_ack(f, t);
        inbox_handled(&c->inbox, t);
    }
    return n;
}

/* Cancels what runs in a session, and drops what waits there. False: there is nothing. */
static bool interrupt(struct client *c, struct filter *f, const struct buf *key)
{
    struct talk *k = talk_find(c->talks, buf_as_span(key));
    bool runs = k && k->turn;
    size_t dropped = drop_waiting(c, f, key);
    if (runs && !k->interrupted) {
        k->interrupted = true;
        watch_cancel(c, k, NULL);
    }
    return runs || dropped;
}

static void take_interrupt(struct client *c, struct filter *f, const struct frame *fr)
{
    struct span session = frame_get(fr, "session_key");
    struct buf key = {0};
    if (json_has_text(session))
        turn_key(&key, turn_gateway(fr), session);
    if (!key.len || !interrupt(c, f, &key))
        warn("interrupt %.*s: nothing runs in this session", (int)(key.len < 200 ? key.len : 200),
             key.p ? key.p : "");
    buf_free(&key);
}

/* Whether the message is a stop word, and there was something to stop: then it is dealt with. */
static bool take_stop_word(struct client *c, struct filter *f, struct turn *t)
{
    struct span v = json_find(t->event, "text");
    struct buf text = {0};
    if (!c->stop_words || !json_is_string(v) || v.n > STOP_TEXT)
        return false;
    json_decode(&text, v);
    bool taken = stop_word_is(c->stop_words, buf_as_span(&text)) && interrupt(c, f, &t->key);
    buf_free(&text);
    if (taken) {
        inbox_pass(&c->inbox, t);
        ending_ack(f, t);
    }
    return taken;
}

static void take_message(struct client *c, struct filter *f, const struct frame *fr)
{
    struct turn *t = turn_new(fr);
    if (!t) {
        complain("run %s for line %ju: its event is no object", c->agent.argv[0], f->in.line);
        filter_fail(f, EX_DATAERR);
        if (turn_delivery(fr).p)
            ending_nack_of(f, turn_delivery(fr), EX_DATAERR);
        return;
    }
    if (!inbox_knows(&c->inbox, t) && (take_stop_word(c, f, t) || ask_answer(c, f, t))) {
        turn_free(t);
        return;
    }
    enum inbox_verdict verdict = inbox_take(&c->inbox, t);
    if (verdict == INBOX_HANDLED) {
        ending_ack(f, t);
        turn_free(t);
    } else if (verdict == INBOX_FULL) {
        struct buf name = {0};
        turn_name(&name, t);
        complain("run %s for %s: too many messages wait, not acknowledged", c->agent.argv[0],
                 buf_cstr(&name));
        filter_fail(f, EX_NO);
        if (t->delivery.p)
            ending_nack(f, t, EX_TEMPFAIL);
        buf_free(&name);
        turn_free(t);
    }
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct client *c = f->ctx;
    if (fr->type == FRAME_INBOUND)
        take_message(c, f, fr);
    else if (fr->type == FRAME_INTERRUPT_INBOUND)
        take_interrupt(c, f, fr);
    else if (fr->type == FRAME_OUTBOUND_RESULT)
        ask_outcome(c, f, fr);
    else if (fr->type == FRAME_DESCRIPTOR)
        platforms_adopt(&c->platforms, frame_get(fr, "descriptor"));
    else if (fr->type == FRAME_LINK && json_eq(frame_get(fr, "state"), "open"))
        platforms_reset(&c->platforms);
    else if (fr->type == FRAME_LINK && json_eq(frame_get(fr, "state"), "draining"))
        ask_drain(c);
    return false;
}

/* Nobody can answer any more. */
static void on_end(struct filter *f)
{
    ask_cancel(f->ctx, NULL);
}

static void take_line(struct client *c, struct filter *f, struct span line)
{
    struct rpc m;
    struct buf text = {0};
    const char *why = rpc_read(&m, line);
    bool handshake = !why && m.kind == RPC_RESPONSE && c->agent.handshake &&
                     rpc_our_id(m.id) == c->agent.handshake;
    if (why) {
        complain("skip line %ju of %s: %s", c->agent.process.out.line, c->agent.argv[0], why);
        filter_fail(f, EX_DATAERR);
    } else if (handshake) {
        why = agent_handshake(&c->agent, &m, &text);
        if (why)
            complain("run %s: %s", c->agent.argv[0], why);
    } else if (m.kind == RPC_RESPONSE) {
        job_response(c, f, &m);
    } else if (m.kind == RPC_REQUEST) {
        serve_request(c, f, &m);
    } else if (json_eq(m.method, "session/update")) {
        job_take(c, m.params);
    }
    buf_free(&text);
}

/* True when all complete lines were taken. */
static bool take_lines(struct client *c, struct filter *f)
{
    struct span line;
    while (has_room(f) && agent_reads(&c->agent)) {
        enum reader_got got = reader_next(&c->agent.process.out, &line);
        if (got == READER_MORE)
            return true;
        if (got == READER_LONG) {
            complain("skip line %ju of %s: longer than --max-frame", c->agent.process.out.line,
                     c->agent.argv[0]);
            filter_fail(f, EX_DATAERR);
        } else if (!line_blank(line)) {
            take_line(c, f, line);
        }
    }
    return false;
}

/* The agent cannot be used: the messages that wait are not handled. */
static void give_up(struct client *c, struct filter *f)
{
    size_t n = 0;
    c->down = true;
    for (struct turn *t; (t = inbox_pop(&c->inbox, NULL)); n++) {
        if (!t->ack.len)
            say_note(f, t, "(The agent cannot be started; your message was not read.)");
        inbox_given_up(&c->inbox, t);
    }
    complain("run %s: it failed %d times before it was ready, given up; %zu messages are not handled",
             c->agent.argv[0], c->agent.unready, n);
    filter_fail(f, EX_UNAVAILABLE);
    filter_stop(f);
}

static void agent_gone(struct client *c, struct filter *f)
{
    struct buf how = {0};
    bool asked = c->agent.state == AGENT_LEAVING || c->stage.deadly;
    bool again = agent_over(&c->agent, &how, clock_ms());
    while (c->questions.list)
        question_free(&c->questions, c->questions.list);
    if (!asked && again && !c->down)
        complain("run %s: %s, starts again in %jd s", c->agent.argv[0], buf_cstr(&how),
                 (intmax_t)((c->agent.start_at - clock_ms() + 999) / 1000));
    else if (!asked)
        complain("run %s: %s", c->agent.argv[0], buf_cstr(&how));
    if (!c->stage.deadly)
        job_lost(c, f, buf_cstr(&how), again);
    if (!again && !c->down)
        give_up(c, f);
    buf_free(&how);
}

static void on_prepare(struct filter *f, struct pollset *ps)
{
    struct client *c = f->ctx;
    int64_t now = clock_ms();
    size_t before = writer_pending(&f->out);
    if (!c->down && !agent_run(&c->agent, now))
        give_up(c, f);
    job_start(c, f);
    watch_tick(c, f, now);
    ask_tick(c, now);
    if (f->ended && !c->busy && (!c->inbox.waiting || c->down))
        agent_leave(&c->agent, now);
    stage_prepare(&c->stage, f, ps);
    agent_prepare(&c->agent, ps, has_room(f));
    attach_prepare(c, ps);
    pollset_until(ps, watch_until(c));
    if (c->ask_until && c->questions.list)
        pollset_until(ps, c->ask_until);
    if (!c->down && !agent_runs(&c->agent))
        pollset_until(ps, c->agent.start_at);
    if (writer_pending(&f->out) > before || (f->ended && !is_busy(f)))
        pollset_until(ps, 0);
}

static void on_ready(struct filter *f, const struct pollset *ps)
{
    struct client *c = f->ctx;
    bool ended = stage_ready(&c->stage, f, ps);
    agent_ready(&c->agent, ps, ended, has_room(f));
    attach_ready(c, f, ps, ended);
    if (agent_runs(&c->agent) && take_lines(c, f) && agent_is_over(&c->agent))
        agent_gone(c, f);
    if (!is_busy(f))
        stage_update(&c->stage, f);
    if (!agent_runs(&c->agent))
        stage_leave(&c->stage, f);
}

void client_init(struct client *c, struct filter *f)
{
    f->ctx = c;
    f->sink = true;
    c->stage.load = load_of;
    c->stage.stop = stop;
    stage_open(&c->stage, f);
    f->frame = on_frame;
    f->end = on_end;
    f->prepare = on_prepare;
    f->ready = on_ready;
    f->busy = is_busy;
}

void client_free(struct client *c, struct filter *f)
{
    stage_leave(&c->stage, f);
    agent_free(&c->agent);
    inbox_free(&c->inbox);
    talks_free(&c->talks);
    questions_free(&c->questions);
    platforms_free(&c->platforms);
    place_close(&c->place);
}
