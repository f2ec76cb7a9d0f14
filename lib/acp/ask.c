/* SPDX-License-Identifier: MIT */
/* Questions of an agent, from the request to its answer. */
#include "acp/ask.h"
#include "acp/say.h"
#include "base/clock.h"
#include "base/diag.h"
#include "relay/action.h"
#include "run/address.h"
#include "run/ending.h"

enum { QUESTION_TEXT = 1500 }; /* most code points of a question */

static const struct platform *platform_of(const struct client *c, const struct turn *t)
{
    struct buf name = {0};
    platform_decode(&name, json_find(t->source, "platform"));
    const struct platform *p = platforms_find(&c->platforms, buf_as_span(&name));
    buf_free(&name);
    return p;
}

static void ask(struct client *c, struct filter *f, const struct question *q)
{
    struct buf line = {0}, action = {0};
    struct frame fr = {0};
    struct json_error e;
    const struct platform *p = platform_of(c, q->talk->turn);
    question_action(&line, q, p && p->max < QUESTION_TEXT ? p->max : QUESTION_TEXT);
    if (frame_parse(&fr, buf_as_span(&line), &e)) {
        address_action(&action, q->talk->turn, &fr);
        filter_emit_buf(f, &action);
    }
    frame_free(&fr);
    buf_free(&line);
    buf_free(&action);
}

static void cancel(struct client *c, struct question *q)
{
    struct buf result = {0};
    question_result(&result, NULL);
    agent_result(&c->agent, buf_as_span(&q->rpc), buf_as_span(&result));
    question_free(&c->questions, q);
    buf_free(&result);
}

void ask_cancel(struct client *c, const struct talk *k)
{
    for (struct question *q = c->questions.list, *next; q; q = next) {
        next = q->next;
        if (!k || q->talk == k)
            cancel(c, q);
    }
}

void ask_drain(struct client *c)
{
    if (!c->ask_until)
        c->ask_until = clock_ms() + ASK_DRAIN;
}

void ask_tick(struct client *c, int64_t now)
{
    if (!c->ask_until || now < c->ask_until)
        return;
    for (struct question *q; (q = c->questions.list);) {
        answer_note(&q->talk->answer, "(Nobody can answer any more: the gateway ends.)");
        ask_cancel(c, q->talk);
    }
}

/* Whether somebody may still answer. */
static bool can_ask(const struct client *c, const struct filter *f, const struct talk *k)
{
    return k->turn && k->state == TALK_WORKS && !f->ended && (!c->ask_until || clock_ms() < c->ask_until);
}

void ask_permission(struct client *c, struct filter *f, struct talk *k, const struct rpc *m)
{
    static const char op[] = "\"prompt\"";
    struct buf text = {0}, result = {0};
    struct question *q = NULL;
    bool open = can_ask(c, f, k);
    if (open) {
        struct span call = json_find(m->params, "toolCall");
        buf_str(&text, "May the agent do this? ");
        answer_call(&text, call, answer_title(&k->answer, json_find(call, "toolCallId")));
        q = question_new(&c->questions, k, m->id, m->params, buf_as_span(&text));
    }
    if (q) {
        const struct platform *p = platform_of(c, k->turn);
        q->typed = p && !op_supported(op_find(span_of(op)), buf_as_span(&p->ops));
        say_answer(c, f, k); /* what was said before the question comes before it */
        ask(c, f, q);
        /* many connectors deliver nothing more before the ack, not even the press that the agent waits for */
        if (!k->turn->delivery.p)
            ending_ack(f, k->turn);
    } else if (open) {
        agent_error(&c->agent, m->id, RPC_BAD_PARAMS, "its options are missing or too many");
    } else { /* nobody is there to answer */
        question_result(&result, NULL);
        agent_result(&c->agent, m->id, buf_as_span(&result));
    }
    buf_free(&text);
    buf_free(&result);
}

static bool same_author(const struct turn *a, const struct turn *b)
{
    struct buf x = {0}, y = {0};
    bool known = identifier_decode(&x, json_find(a->source, "user_id"));
    bool same = !known || (identifier_decode(&y, json_find(b->source, "user_id")) &&
                           span_same(buf_as_span(&x), buf_as_span(&y)));
    buf_free(&x);
    buf_free(&y);
    return same;
}

/* The author of a message answers a question, or somebody who may not. */
static void take_choice(struct client *c, struct filter *f, struct question *q, const struct turn *by,
                        const struct choice *choice)
{
    struct buf result = {0};
    if (!c->anyone && !same_author(q->talk->turn, by)) {
        if (!q->told)
            say_note(f, by, "(Only the person who asked the agent can answer this.)");
        q->told = true;
        return;
    }
    question_result(&result, choice);
    agent_result(&c->agent, buf_as_span(&q->rpc), buf_as_span(&result));
    question_free(&c->questions, q);
    buf_free(&result);
}

static void take_press(struct client *c, struct filter *f, const struct turn *t, struct span press)
{
    struct span id = json_find(press, "prompt_id");
    struct question *q = question_of_prompt(&c->questions, id);
    const struct choice *choice = q ? question_pressed(q, json_find(press, "option_id")) : NULL;
    if (choice)
        take_choice(c, f, q, t, choice);
    else if (!q && question_is_ours(&c->questions, id))
        say_note(f, t, "(This question is no longer open.)");
    else
        info(1, "skip a press: its prompt is not one of ours");
}

/* Whether the text of a message answers an open question of its session. */
static bool take_typed(struct client *c, struct filter *f, const struct turn *t)
{
    struct talk *k = talk_find(c->talks, buf_as_span(&t->key));
    struct question *q = k ? question_of_talk(&c->questions, k) : NULL;
    struct span text = json_find(t->event, "text");
    struct buf words = {0};
    if (!q || !json_is_string(text))
        return false;
    json_decode(&words, text);
    const struct choice *choice = question_typed(q, buf_as_span(&words));
    if (choice)
        take_choice(c, f, q, t, choice);
    buf_free(&words);
    return choice != NULL;
}

bool ask_answer(struct client *c, struct filter *f, struct turn *t)
{
    struct span press = json_find(t->event, "prompt_response");
    if (json_is_object(press))
        take_press(c, f, t, press);
    else if (!take_typed(c, f, t))
        return false;
    inbox_pass(&c->inbox, t);
    ending_ack(f, t);
    return true;
}

void ask_outcome(struct client *c, struct filter *f, const struct frame *result)
{
    struct question *q = question_of_request(&c->questions, frame_get(result, "requestId"));
    struct span outcome = frame_get(result, "result");
    if (!q || json_is_true(json_find(outcome, "success")))
        return;
    if (!q->typed && !json_is_true(json_find(outcome, "ambiguous"))) {
        q->typed = true;
        ask(c, f, q);
    } else if (q->typed) {
        complain("ask for %s: the question could not be sent, it counts as cancelled", c->agent.argv[0]);
        filter_fail(f, EX_NO);
        cancel(c, q);
    }
}
