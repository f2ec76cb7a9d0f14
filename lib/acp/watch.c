/* SPDX-License-Identifier: MIT */
/* The time of turns: typing actions, cancellation, patience. */
#include "acp/watch.h"
#include "acp/ask.h"
#include "acp/attach.h"
#include "acp/say.h"
#include "base/clock.h"
#include "base/diag.h"
#include "relay/action.h"
#include "run/address.h"
#include "json/write.h"

enum { TYPING_EVERY = 4000 }; /* ms */

void watch_cancel(struct client *c, struct talk *k, const char *why)
{
    struct buf params = {0};
    attach_stop(k);
    k->bound_at = k->state == TALK_FETCHES ? INT64_MAX : clock_ms() + c->agent.kill_after;
    if (why)
        answer_note(&k->answer, why);
    if (k->state != TALK_WORKS)
        return;
    k->state = TALK_STOPS;
    json_begin(&params, '{');
    json_add(&params, "sessionId", buf_as_span(&k->id));
    json_end(&params, '}');
    agent_notify(&c->agent, "session/cancel", buf_as_span(&params));
    ask_cancel(c, k);
    buf_free(&params);
}

/* Whether the platform of the message can show that someone is typing. */
static bool shows_typing(const struct client *c, const struct turn *t)
{
    static const char op[] = "\"typing\"";
    struct buf name = {0};
    platform_decode(&name, json_find(t->source, "platform"));
    const struct platform *p = platforms_find(&c->platforms, buf_as_span(&name));
    bool can = !p || op_supported(op_find(span_of(op)), buf_as_span(&p->ops));
    buf_free(&name);
    return can;
}

static void type(struct client *c, struct filter *f, struct talk *k, int64_t now)
{
    struct buf action = {0};
    if (shows_typing(c, k->turn) && !question_of_talk(&c->questions, k)) {
        address_typing(&action, k->turn, false);
        filter_emit_buf(f, &action);
    }
    k->typing_at = now + TYPING_EVERY;
    buf_free(&action);
}

void watch_quiet(const struct client *c, struct filter *f, const struct talk *k)
{
    struct buf name = {0}, action = {0};
    platform_decode(&name, json_find(k->turn->source, "platform"));
    if (c->typing && span_eq(buf_as_span(&name), "slack") && shows_typing(c, k->turn)) {
        address_typing(&action, k->turn, true);
        filter_emit_buf(f, &action);
    }
    buf_free(&name);
    buf_free(&action);
}

/* An agent that does not answer in time. A turn that is too long is cancelled; whatever else stays without an
 * answer, even a cancellation, ends the agent: it must not go on unseen. */
static void lose_patience(struct client *c, struct filter *f, struct talk *k)
{
    k->bound_at = INT64_MAX;
    if (k->state == TALK_WORKS) {
        say_report(c, k, "timed out");
        filter_fail(f, EX_NO);
        watch_cancel(c, k, "(This took too long and was stopped.)");
        return;
    }
    say_report(c, k,
               k->state == TALK_OPENS ? "no answer to the start of a session, the agent is ended"
                                      : "it does not stop, the agent is ended");
    agent_stop(&c->agent);
}

void watch_tick(struct client *c, struct filter *f, int64_t now)
{
    for (struct talk *k = c->busy ? c->talks : NULL; k; k = k->hh.next) {
        if (now >= k->typing_at)
            type(c, f, k, now);
        if (now >= k->stream_at)
            say_growing(c, f, k);
        if (now >= k->bound_at)
            lose_patience(c, f, k);
    }
}

int64_t watch_until(const struct client *c)
{
    int64_t first = INT64_MAX;
    for (const struct talk *k = c->busy ? c->talks : NULL; k; k = k->hh.next) {
        first = k->typing_at < first ? k->typing_at : first;
        first = k->stream_at < first ? k->stream_at : first;
        first = k->bound_at < first ? k->bound_at : first;
    }
    return first;
}
