/* SPDX-License-Identifier: MIT */
/* The connector. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/stream.h"
#include "relay/ws.h"
#include "stub/connector.h"
#include "json/write.h"

enum {
    ANSWERS_MAX = 64 << 20
}; /* bytes of answers that a gateway may leave unread before it is not read either */

struct gateway {
    struct gateway *next;
    struct conn *conn;
    uintmax_t number;
    struct fault fault;
    const char *refusal; /* why its token is no good; NULL: it is */
    uintmax_t heard;     /* frames */
    bool greeted, idle;
    bool deaf;      /* takes no further frames */
    char *platform; /* of its first hello */
    struct stream in;
};

/* What else happens when an answer goes out. */
enum effect { EFFECT_NONE, EFFECT_GREET, EFFECT_IDLE, EFFECT_CLOSE };

/* The newest gateway that shook hands and is not on its way out. */
static struct gateway *present(const struct connector *c)
{
    struct gateway *g = c->gateways;
    while (g && (!g->greeted || g->deaf))
        g = g->next;
    return g;
}

static void choose(struct connector *c)
{
    struct gateway *g = present(c);
    delivery_target(&c->delivery, g ? g->conn : NULL);
    if (g && g->idle)
        delivery_sleep(&c->delivery);
}

static void greeted(struct connector *c, struct gateway *g)
{
    if (g->greeted)
        return;
    g->greeted = true;
    if (g->fault.kind == FAULT_HALF_OPEN) {
        info(1, "freeze gateway %ju", g->number);
        g->deaf = true;
        conn_freeze(g->conn);
    }
    choose(c);
}

static void put_out(struct connector *c, struct gateway *g, enum effect effect, struct span line)
{
    if (effect == EFFECT_CLOSE) {
        info(1, "close gateway %ju: code %d", g->number, g->fault.code);
        conn_close(g->conn, g->fault.code, g->fault.reason);
        return;
    }
    conn_send(g->conn, line);
    if (effect == EFFECT_GREET)
        greeted(c, g);
    if (effect == EFFECT_IDLE) {
        g->idle = true;
        if (g == present(c))
            delivery_sleep(&c->delivery);
    }
}

/* Sends an answer now or, with a delay, in its turn. */
static void answer(struct connector *c, struct gateway *g, enum effect effect, struct buf *line)
{
    if (!c->o.delay) {
        put_out(c, g, effect, buf_as_span(line));
        buf_free(line);
        return;
    }
    delay_add(&c->waiting, clock_ms() + c->o.delay, g, (int)effect, line);
}

int64_t connector_due(const struct connector *c)
{
    return delay_due(&c->waiting);
}

void connector_tick(struct connector *c)
{
    int64_t now = clock_ms();
    while (delay_due(&c->waiting) <= now) {
        const struct delayed_answer *a = c->waiting.first;
        if (a->to)
            put_out(c, a->to, (enum effect)a->effect, buf_as_span(&a->line));
        delay_drop(&c->waiting);
    }
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
    json_begin(&line, '{');
    json_add_str(&line, "type", "descriptor");
    json_add(&line, "descriptor", replies_descriptor(&text, &c->replies, buf_as_span(&name)));
    json_end(&line, '}');
    answer(c, g, EFFECT_GREET, &line);
    buf_free(&name);
    buf_free(&text);
}

/* What becomes of the action of an outbound. */
static struct span result_of(struct buf *text, struct connector *c, const struct frame *f)
{
    struct span action = frame_get(f, "action"), ruled = {NULL, 0};
    if (!json_is_object(action))
        return span_of("{\"success\":false,\"error\":\"no action\"}");
    ruled = replies_ruled(&c->replies, action);
    if (ruled.p)
        return ruled;
    replies_success(text, &c->replies, action);
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
    json_add(&line, "result", result_of(&text, c, f));
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

static void hear(struct connector *c, struct gateway *g, const struct frame *f)
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

/* Once as many frames came as the fault of this connection lets through. */
static void strike(struct connector *c, struct gateway *g)
{
    struct buf none = {0};
    if ((g->fault.kind != FAULT_CLOSE && g->fault.kind != FAULT_DROP) || g->deaf || g->heard < g->fault.after)
        return;
    if (g->fault.kind == FAULT_CLOSE) {
        g->deaf = true;
        answer(c, g, EFFECT_CLOSE, &none);
    } else {
        g->deaf = true;
        info(1, "drop gateway %ju", g->number);
        conn_cut(g->conn);
    }
    choose(c);
}

static void on_received(void *ctx, struct conn *conn, struct span piece, bool last)
{
    struct connector *c = ctx;
    struct gateway *g = conn_owner(conn);
    struct frame f = {0};
    struct json_error e;
    struct span line;
    enum reader_got got;
    stream_feed(&g->in, piece, last);
    while (!g->deaf && (got = stream_next(&g->in, &line)) != READER_MORE) {
        if (got == READER_LONG)
            warn("skip line of gateway %ju: longer than %zu bytes", g->number, c->o.max_frame);
        else if (line_blank(line))
            continue;
        else if (!frame_parse(&f, line, &e))
            warn("skip line of gateway %ju: %s at byte %zu", g->number, e.reason, e.at + 1);
        else if (f.type == FRAME_ACTION)
            warn("skip line of gateway %ju: no string \"type\"", g->number);
        else
            hear(c, g, &f);
        strike(c, g);
    }
    frame_free(&f);
}

static struct refusal on_upgrade(void *ctx, struct conn *conn, const char *path, struct span bearer)
{
    struct connector *c = ctx;
    if (strcmp(path, "/relay") != 0)
        return (struct refusal){404, NULL};
    struct gateway *g = xcalloc(1, sizeof *g);
    *g = (struct gateway){.next = c->gateways,
                          .conn = conn,
                          .number = c->connections + 1,
                          .fault = fault_of(&c->o.faults, c->connections),
                          .refusal = keyring_verify(&c->o.keys, bearer, clock_wall_ms() / 1000),
                          .in.lines.max = c->o.max_frame};
    c->connections++;
    c->gateways = g;
    conn_set_owner(conn, g);
    if (g->fault.kind != FAULT_STATUS)
        return (struct refusal){0, NULL};
    info(1, "refuse gateway %ju: status %d", g->number, g->fault.code);
    g->deaf = true;
    return (struct refusal){g->fault.code, fault_headers(g->fault.code)};
}

static void on_opened(void *ctx, struct conn *conn)
{
    struct connector *c = ctx;
    struct gateway *g = conn_owner(conn);
    info(1, "gateway %ju: connected", g->number);
    if (g->refusal) {
        warn("refuse gateway %ju: %s", g->number, g->refusal);
        g->deaf = true;
        conn_close(conn, WS_AUTH_REFUSED, strcmp(g->refusal, "expired") == 0 ? "expired" : "unauthorized");
    } else {
        strike(c, g);
    }
}

static void on_gone(void *ctx, struct conn *conn, int code, struct span reason)
{
    struct connector *c = ctx;
    struct gateway *g = conn_owner(conn), **at = &c->gateways;
    if (!g)
        return;
    while (*at != g)
        at = &(*at)->next;
    *at = g->next;
    if (code)
        info(1, "gateway %ju: gone, close code %d%s%.*s", g->number, code, reason.n ? " " : "", (int)reason.n,
             reason.n ? reason.p : "");
    size_t lost = conn_unsent(conn) + delay_forget(&c->waiting, g);
    if (lost)
        warn("lose %zu frames for gateway %ju: it is gone", lost, g->number);
    if (stream_torn(&g->in) && !g->deaf)
        warn("skip line of gateway %ju: torn after %zu bytes", g->number, stream_torn(&g->in));
    choose(c);
    stream_free(&g->in);
    free(g->platform);
    free(g);
}

const struct server_events connector_events = {on_upgrade, on_opened, on_received, on_gone};

void connector_pause(struct connector *c, bool pause)
{
    bool full = c->waiting.bytes >= ANSWERS_MAX;
    for (const struct gateway *g = c->gateways; g; g = g->next)
        conn_pause(g->conn, pause || full || conn_queued(g->conn) >= ANSWERS_MAX);
}

void connector_stop(struct connector *c, int code, const char *reason)
{
    for (struct gateway *g = c->gateways; g; g = g->next) {
        g->deaf = true;
        conn_close(g->conn, code, reason);
    }
    choose(c);
}

const char *connector_platform(const struct connector *c)
{
    const struct gateway *g = present(c);
    return g ? g->platform : NULL;
}

void connector_close(struct connector *c)
{
    while (c->waiting.first)
        delay_drop(&c->waiting);
    delivery_close(&c->delivery);
    keyring_free(&c->o.keys);
    faults_free(&c->o.faults);
    replies_free(&c->replies);
}
