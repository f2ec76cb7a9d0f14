/* SPDX-License-Identifier: MIT */
/* The turns of a client. */
#include <errno.h>
#include <string.h>

#include "acp/ask.h"
#include "acp/attach.h"
#include "acp/job.h"
#include "acp/prompt.h"
#include "acp/say.h"
#include "acp/watch.h"
#include "base/clock.h"
#include "base/diag.h"
#include "run/address.h"
#include "run/ending.h"
#include "json/write.h"

/* The turn is over: what is left of its answer goes out, then its ack. */
static void finish(struct client *c, struct filter *f, struct talk *k)
{
    ask_cancel(c, k);
    say_answer(c, f, k);
    watch_quiet(c, f, k);
    answer_free(&k->answer);
    ending_ack(f, k->turn);
    fetch_end(&k->fetch, k->turn);
    inbox_handled(&c->inbox, k->turn);
    k->turn = NULL;
    k->state = TALK_RESTS;
    k->call = 0;
    k->answered = k->interrupted = false;
    k->typing_at = k->stream_at = k->bound_at = INT64_MAX;
    c->busy--;
}

/* … because something went wrong: the chat is told, and so is the user of the program. */
static void fail(struct client *c, struct filter *f, struct talk *k, const char *note, const char *reason)
{
    struct buf text = {0};
    say_report(c, k, reason);
    filter_fail(f, EX_NO);
    buf_printf(&text, "(%s: %s)", note, reason);
    answer_note(&k->answer, buf_cstr(&text));
    buf_free(&text);
    finish(c, f, k);
}

static void send_prompt(struct client *c, struct filter *f, struct talk *k)
{
    struct buf params = {0};
    if (k->interrupted || !prompt_build(&params, buf_as_span(&k->id), k->turn, c->agent.images)) {
        finish(c, f, k);
        return;
    }
    k->state = TALK_WORKS;
    k->bound_at = c->timeout < INT64_MAX ? clock_ms() + c->timeout : INT64_MAX;
    k->call = agent_request(&c->agent, "session/prompt", buf_as_span(&params));
    buf_free(&params);
}

/* Asks the agent to take up the session whose id is known, if it can do that, or else to make one. */
static void open_session(struct client *c, struct talk *k)
{
    struct buf params = {0};
    bool again = k->id.len && (c->agent.resume || c->agent.load);
    if (!again)
        k->id.len = 0;
    json_begin(&params, '{');
    if (again)
        json_add(&params, "sessionId", buf_as_span(&k->id));
    json_add_text(&params, "cwd", buf_as_span(&k->cwd));
    json_add(&params, "mcpServers", span_of("[]"));
    json_end(&params, '}');
    k->state = TALK_OPENS;
    k->bound_at = clock_ms() + c->agent.patience;
    k->call = agent_request(&c->agent,
                            !again            ? "session/new"
                            : c->agent.resume ? "session/resume"
                                              : "session/load",
                            buf_as_span(&params));
    buf_free(&params);
}

/* A conversation has been dropped to make room. */
static void forget_surplus(struct client *c)
{
    struct talk *k = talk_surplus(&c->talks);
    if (!k)
        return;
    if (k->open && c->agent.close && c->agent.state == AGENT_READY) {
        struct buf params = {0};
        json_begin(&params, '{');
        json_add(&params, "sessionId", buf_as_span(&k->id));
        json_end(&params, '}');
        agent_request(&c->agent, "session/close", buf_as_span(&params));
        buf_free(&params);
    }
    talk_free(k);
}

/* The files of the message are there, and the agent is. */
static void proceed(struct client *c, struct filter *f, struct talk *k)
{
    if (k->open || k->interrupted) {
        send_prompt(c, f, k);
        return;
    }
    k->cwd.len = k->id.len = 0;
    if (place_session(&c->place, buf_as_span(&k->key), &k->cwd, &k->id))
        open_session(c, k);
    else
        fail(c, f, k, "The session's directory cannot be made", strerror(errno));
}

static void begin(struct client *c, struct filter *f, struct turn *t)
{
    struct talk *k = talk_use(&c->talks, buf_as_span(&t->key));
    k->turn = t;
    k->answer.tools = c->tools;
    k->typing_at = c->typing ? clock_ms() : INT64_MAX;
    k->state = TALK_FETCHES;
    c->busy++;
    forget_surplus(c);
    if (!attach_begin(c, f, k))
        proceed(c, f, k);
}

void job_start(struct client *c, struct filter *f)
{
    struct turn *t;
    if (c->agent.state != AGENT_READY)
        return;
    for (struct talk *k = c->busy ? c->talks : NULL; k; k = k->hh.next)
        if (k->state == TALK_FETCHES && !k->fetch.on)
            proceed(c, f, k);
    while (c->busy < c->parallel && writer_pending(&f->out) < IO_HIGH_WATER &&
           (t = inbox_next(&c->inbox, clock_ms())))
        begin(c, f, t);
}

static void session_refused(struct client *c, struct filter *f, struct talk *k, const struct rpc *m)
{
    struct buf why = {0};
    rpc_reason(&why, m->error);
    if (k->id.len) { /* the earlier session is gone: a new one, and both sides are told */
        warn("load the session of %.*s: %s", (int)(k->key.len < 200 ? k->key.len : 200), k->key.p,
             buf_cstr(&why));
        answer_note(&k->answer, "(The earlier conversation could not be taken up; this is a new one.)");
        k->id.len = 0;
        open_session(c, k);
    } else {
        fail(c, f, k,
             rpc_code(m->error) == RPC_NO_AUTH ? "The agent needs a login" : "The agent cannot begin",
             buf_cstr(&why));
    }
    buf_free(&why);
}

static void session_opened(struct client *c, struct filter *f, struct talk *k, const struct rpc *m)
{
    struct span id = json_find(m->result, "sessionId");
    if (!k->id.len && !json_has_text(id)) {
        fail(c, f, k, "The agent cannot begin", "it gives no session id");
        return;
    }
    k->open = true;
    if (!k->id.len) {
        buf_span(&k->id, id);
        if (!place_keep(&c->place, buf_as_span(&k->key), buf_as_span(&k->id)))
            warn("keep the session's id in %s:", c->place.path);
    }
    send_prompt(c, f, k);
}

/* Whether the reason that a turn stopped is worth a note. */
static const char *note_of(const struct talk *k, struct span reason)
{
    if (k->interrupted)
        return k->answered || answer_text(&k->answer).n ? "(Stopped.)" : NULL;
    if (json_eq(reason, "refusal"))
        return "(The agent refuses to go on.)";
    if (json_eq(reason, "max_tokens"))
        return "(The answer is cut: it reached the model's maximum.)";
    if (json_eq(reason, "max_turn_requests"))
        return "(The agent stopped: too many steps.)";
    return json_eq(reason, "cancelled") && k->state != TALK_STOPS ? "(The agent stopped.)" : NULL;
}

static void prompt_over(struct client *c, struct filter *f, struct talk *k, const struct rpc *m)
{
    if (m->error.p && !k->interrupted) {
        struct buf why = {0};
        rpc_reason(&why, m->error);
        fail(c, f, k, "The agent reports an error", buf_cstr(&why));
        buf_free(&why);
        return;
    }
    const char *note = note_of(k, json_find(m->result, "stopReason"));
    if (k->answer.cut) {
        say_report(c, k, "its answer is too long, the rest is left out");
        filter_fail(f, EX_DATAERR);
    }
    if (note)
        answer_note(&k->answer, note);
    finish(c, f, k);
}

void job_response(struct client *c, struct filter *f, const struct rpc *m)
{
    struct talk *k = talk_of_call(c->talks, rpc_our_id(m->id));
    if (!k) {
        info(2, "skip a response of %s: nothing waits for it", c->agent.argv[0]);
        return;
    }
    k->call = 0;
    if (k->state != TALK_OPENS)
        prompt_over(c, f, k, m);
    else if (m->error.p)
        session_refused(c, f, k, m);
    else
        session_opened(c, f, k, m);
}

void job_take(struct client *c, struct span params)
{
    struct talk *k = talk_of_id(c->talks, json_find(params, "sessionId"));
    /* what comes while a session is loaded is its history */
    if (!k || !k->turn || k->state == TALK_OPENS || !answer_update(&k->answer, json_find(params, "update")))
        return;
    if (c->stream && k->stream_at == INT64_MAX)
        k->stream_at = clock_ms() + c->stream;
}

void job_lost(struct client *c, struct filter *f, const char *how, bool again)
{
    struct buf note = {0};
    for (struct talk *k = c->talks; k; k = k->hh.next) {
        k->open = false;
        if (!k->turn || (k->state == TALK_FETCHES && again))
            continue;
        note.len = 0;
        if (k->interrupted) {
            buf_str(&note, "(Stopped.)");
        } else {
            buf_printf(&note,
                       "(The agent ended in the middle of this: %s. It starts again; please ask again.)",
                       how);
            say_report(c, k, "the agent ended, the chat is told");
            filter_fail(f, EX_NO);
        }
        answer_note(&k->answer, buf_cstr(&note));
        finish(c, f, k);
    }
    buf_free(&note);
}
