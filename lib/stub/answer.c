/* SPDX-License-Identifier: MIT */
/* What a connector answers. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/identifier.h"
#include "stub/gateway.h"
#include "json/write.h"

enum { SHUFFLE_SPAN = 100 }; /* ms within which shuffled answers may overtake each other */

/* What else happens when an answer is sent. */
enum effect { EFFECT_NONE, EFFECT_GREET, EFFECT_IDLE, EFFECT_CLOSE };

static void put_out(struct connector *c, struct gateway *g, enum effect effect, struct span line)
{
    if (effect == EFFECT_CLOSE) {
        info(1, "close gateway %ju: code %d", g->number, g->fault.code);
        conn_close(g->conn, g->fault.code, g->fault.reason);
        return;
    }
    conn_send(g->conn, line);
    if (effect == EFFECT_GREET)
        gateway_greeted(c, g);
    if (effect == EFFECT_IDLE)
        gateway_flipped(c, g);
}

/* Sends an answer now or, with a delay, when it is due. Takes over the line. */
static void answer(struct connector *c, struct gateway *g, enum effect effect, struct buf *line)
{
    int64_t wait = c->o.delay;
    if (c->o.shuffle && effect == EFFECT_NONE)
        wait += (int64_t)framing_random(c->o.random, SHUFFLE_SPAN);
    if (wait) {
        delay_add(&c->waiting, clock_ms() + wait, g, (int)effect, line);
        return;
    }
    put_out(c, g, effect, buf_as_span(line));
    buf_free(line);
}

void answer_tick(struct connector *c)
{
    int64_t now = clock_ms();
    while (delay_due(&c->waiting) <= now) {
        const struct delayed *a = c->waiting.first;
        if (a->to)
            put_out(c, a->to, (enum effect)a->effect, buf_as_span(&a->line));
        delay_drop(&c->waiting);
    }
}

void answer_close(struct connector *c, struct gateway *g)
{
    struct buf none = {0};
    answer(c, g, EFFECT_CLOSE, &none);
}

static void on_hello(struct connector *c, struct gateway *g, const struct frame *f)
{
    struct span platform = frame_get(f, "platform");
    struct buf name = {0}, text = {0}, line = {0};
    if (!json_is_string(platform)) {
        warn("skip hello of gateway %ju: no platform", g->number);
        return;
    }
    json_decode(&name, platform);
    if (!g->platform)
        g->platform = xstrdup(buf_cstr(&name));
    struct span descriptor = replies_descriptor(&text, &c->replies, buf_as_span(&name));
    identity_learn(&g->hellos, f);
    platforms_adopt(&g->platforms, descriptor);
    json_begin(&line, '{');
    json_add_str(&line, "type", "descriptor");
    json_add(&line, "descriptor", descriptor);
    json_end(&line, '}');
    answer(c, g, EFFECT_GREET, &line);
    buf_free(&name);
    buf_free(&text);
}

static void refusal(struct buf *text, const char *error)
{
    text->len = 0;
    json_begin(text, '{');
    json_add_bool(text, "success", false);
    json_add_str(text, "error", error);
    json_end(text, '}');
}

/* The result of an outbound's action. The rules come first, as they are what the user of the stub wants. */
static struct span result_of(struct buf *text, struct connector *c, struct gateway *g, const struct frame *f)
{
    struct span action = frame_get(f, "action"), ruled = {NULL, 0};
    struct buf why = {0};
    if (!json_is_object(action)) {
        refusal(text, "no action");
        return buf_as_span(text);
    }
    ruled = replies_ruled(&c->replies, action);
    if (ruled.p)
        return ruled;
    if (!c->o.lenient && strict_refuses(&c->strict, &why, f, &g->hellos, &g->platforms))
        refusal(text, buf_cstr(&why));
    else
        replies_success(text, &c->replies, action, strict_offers(&g->platforms, f));
    buf_free(&why);
    return buf_as_span(text);
}

static void on_outbound(struct connector *c, struct gateway *g, const struct frame *f)
{
    struct buf text = {0}, line = {0};
    if (c->o.no_result)
        return;
    if (!json_is_string(frame_get(f, "requestId"))) {
        warn("skip outbound of gateway %ju: no requestId", g->number);
        return;
    }
    json_begin(&line, '{');
    json_add_str(&line, "type", "outbound_result");
    json_add(&line, "requestId", frame_get(f, "requestId"));
    json_add(&line, "result", result_of(&text, c, g, f));
    json_end(&line, '}');
    answer(c, g, EFFECT_NONE, &line);
    buf_free(&text);
}

static void on_going_idle(struct connector *c, struct gateway *g)
{
    struct buf line = {0};
    if (c->o.no_ack)
        return;
    buf_str(&line, "{\"type\":\"going_idle_ack\"}");
    answer(c, g, EFFECT_IDLE, &line);
}

static void on_ack(struct connector *c, const struct gateway *g, const struct frame *f)
{
    struct buf id = {0};
    if (!identifier_decode(&id, frame_get(f, "bufferId")))
        warn("skip inbound_ack of gateway %ju: no bufferId", g->number);
    else if (!delivery_ack(&c->delivery, buf_as_span(&id)))
        info(1, "skip inbound_ack of gateway %ju: nothing waits for '%s'", g->number, buf_cstr(&id));
    buf_free(&id);
}

void answer_frame(struct connector *c, struct gateway *g, const struct frame *f)
{
    c->o.heard(c->o.ctx, f);
    g->heard++;
    if (f->type == FRAME_INBOUND_ACK)
        on_ack(c, g, f);
    if (g->fault.kind == FAULT_DROP && g->heard >= g->fault.after)
        return;
    if (f->type == FRAME_HELLO)
        on_hello(c, g, f);
    else if (f->type == FRAME_OUTBOUND)
        on_outbound(c, g, f);
    else if (f->type == FRAME_GOING_IDLE)
        on_going_idle(c, g);
}
