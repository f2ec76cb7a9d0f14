/* SPDX-License-Identifier: MIT */
/* The connector: gateways come and go. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "relay/token.h"
#include "relay/ws.h"
#include "stub/gateway.h"

enum {
    ANSWERS_MAX = 64 << 20,  /* if a gateway leaves more bytes of answers than this unread, it is not read */
    TORN_SURE = 1 << 20,     /* bytes of an unfinished frame that are allowed for each gateway */
    TORN_MAX = 256 << 20,    /* … and, beyond that, for all of them together */
    MESSAGE_USUAL = 1 << 20, /* bytes that every known gateway takes in one message (protocol §9) */
};

void connector_deliver(struct connector *c, const struct frame *f)
{
    if (f->line.n > MESSAGE_USUAL)
        warn("deliver frame of %zu bytes: known gateways take a message of %d at most", f->line.n,
             MESSAGE_USUAL);
    strict_learn(&c->strict, f);
    delivery_take(&c->delivery, f);
}

int64_t connector_due(const struct connector *c)
{
    int64_t answer = delay_due(&c->waiting), gate = delivery_gate_due(&c->delivery, c->o.patience);
    return answer < gate ? answer : gate;
}

static void tell_gate(struct connector *c)
{
    struct delivery *d = &c->delivery;
    const struct gateway *g = gateway_present(c);
    d->gate_told = true;
    warn("wait for gateway %ju: no inbound_ack of '%.*s' in %lld s, %zu deliveries wait behind it",
         g ? g->number : 0, (int)d->gate->id.n, d->gate->id.p, (long long)(c->o.patience / 1000),
         d->spool.count - 1);
}

void connector_tick(struct connector *c)
{
    answer_tick(c);
    if (delivery_gate_due(&c->delivery, c->o.patience) <= clock_ms())
        tell_gate(c);
}

/* Makes the fault of this connection happen, once as many frames have come as it lets through. */
static void strike(struct connector *c, struct gateway *g)
{
    if ((g->fault.kind != FAULT_CLOSE && g->fault.kind != FAULT_DROP) || g->deaf || g->heard < g->fault.after)
        return;
    g->deaf = true;
    if (g->fault.kind == FAULT_CLOSE) {
        answer_close(c, g);
    } else {
        info(1, "drop gateway %ju", g->number);
        conn_cut(g->conn);
    }
    gateway_choose(c);
}

static void turn_away(struct gateway *g, int code, const char *reason, const char *why)
{
    warn("refuse gateway %ju: %s", g->number, why);
    g->deaf = true;
    conn_close(g->conn, code, reason);
}

/* Bounds the memory for unfinished frames of all gateways. */
static void bound_memory(struct connector *c, struct gateway *g)
{
    size_t all = 0;
    if (g->deaf || stream_torn(&g->in) <= TORN_SURE)
        return;
    for (const struct gateway *o = c->gateways; o; o = o->next)
        all += stream_torn(&o->in);
    if (all <= TORN_MAX)
        return;
    turn_away(g, WS_TOO_BIG, "too much unfinished", "too much unfinished by all gateways");
    stream_free(&g->in);
    g->in = (struct stream){0};
    gateway_choose(c);
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
            answer_frame(c, g, &f);
        strike(c, g);
    }
    frame_free(&f);
    bound_memory(c, g);
}

static struct refusal on_upgrade(void *ctx, struct conn *conn, const char *path, struct span bearer)
{
    struct connector *c = ctx;
    int64_t expires;
    if (strcmp(path, "/relay") != 0)
        return (struct refusal){404, NULL};
    struct gateway *g = xcalloc(1, sizeof *g);
    *g = (struct gateway){.next = c->gateways,
                          .conn = conn,
                          .number = c->connections + 1,
                          .fault = fault_of(&c->o.faults, c->connections),
                          .refusal = keyring_verify(&c->o.keys, bearer, clock_wall_ms() / 1000),
                          .in.lines.max = c->o.max_frame};
    if (bearer.p)
        token_read(&g->id, &expires, bearer);
    c->connections++;
    c->gateways = g;
    conn_set_owner(conn, g);
    if (g->fault.kind != FAULT_STATUS)
        return (struct refusal){0, NULL};
    info(1, "refuse gateway %ju: status %d", g->number, g->fault.code);
    g->deaf = true;
    return (struct refusal){g->fault.code, fault_headers(g->fault.code)};
}

/* If another gateway of the same identity is connected, closes one of the two. */
static void meet(struct connector *c, struct gateway *g)
{
    for (struct gateway *old = g->next; old; old = old->next) {
        if (!old->open || conn_ending(old->conn) || !span_same(buf_as_span(&old->id), buf_as_span(&g->id)))
            continue;
        if (c->o.sessions == SESSIONS_ONE) {
            turn_away(g, WS_POLICY, "duplicate session", "duplicate session");
            return;
        }
        warn("close gateway %ju: replaced by gateway %ju", old->number, g->number);
        old->deaf = true;
        conn_close(old->conn, WS_REPLACED, "replaced");
    }
    gateway_choose(c);
}

static const char *on_media(void *ctx, struct span bearer)
{
    struct connector *c = ctx;
    return keyring_verify(&c->o.keys, bearer, clock_wall_ms() / 1000);
}

static void on_opened(void *ctx, struct conn *conn)
{
    struct connector *c = ctx;
    struct gateway *g = conn_owner(conn);
    info(1, "gateway %ju: connected", g->number);
    if (g->refusal) {
        turn_away(g, WS_AUTH_REFUSED, strcmp(g->refusal, "expired") == 0 ? "expired" : "unauthorized",
                  g->refusal);
        return;
    }
    g->open = true;
    if (c->o.sessions != SESSIONS_MANY)
        meet(c, g);
    strike(c, g);
}

static void on_unmasked(void *ctx, struct conn *conn)
{
    struct connector *c = ctx;
    turn_away(conn_owner(conn), WS_PROTOCOL_ERROR, "frame without a mask", "frame without a mask");
    gateway_choose(c);
}

static void gateway_free(struct gateway *g)
{
    identities_free(&g->hellos);
    platforms_free(&g->platforms);
    stream_free(&g->in);
    buf_free(&g->id);
    free(g->platform);
    free(g);
}

/* Settles what was on its way to a gateway that is gone. Deliveries of which no byte has left wait for the
 * next gateway. */
static void settle(struct connector *c, struct gateway *g)
{
    size_t begun;
    struct span unsent = conn_unsent(g->conn, &begun);
    struct undelivered u = delivery_return(&c->delivery, unsent, begun);
    size_t answers = u.others + delay_forget(&c->waiting, g);
    if (u.lost)
        complain("lose deliveries with gateway %ju: %zu cut off in the middle", g->number, u.lost);
    if (u.kept)
        warn("keep deliveries of gateway %ju for the next one: %zu of them", g->number, u.kept);
    if (answers)
        warn("lose %zu frames for gateway %ju: it is gone", answers, g->number);
    if (stream_torn(&g->in) && !g->deaf)
        warn("skip line of gateway %ju: torn after %zu bytes", g->number, stream_torn(&g->in));
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
    gateway_choose(c);
    settle(c, g);
    gateway_free(g);
}

const struct server_events connector_events = {on_upgrade, on_media, on_opened, on_received, on_unmasked, on_gone};

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
    gateway_choose(c);
}

const char *connector_platform(const struct connector *c)
{
    const struct gateway *g = gateway_present(c);
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
    strict_free(&c->strict);
}
