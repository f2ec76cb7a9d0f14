/* SPDX-License-Identifier: MIT */
/* The delivery rule. */
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "stub/delivery.h"

enum {
    QUEUE_MAX = 1 << 20,    /* if this many bytes are on their way to the gateway, no more are taken */
    BACKLOG_MAX = 256 << 20 /* if this many bytes wait for a gateway, no more are taken */
};

static void send_delivery(const struct delivery *d, struct span line)
{
    conn_send(d->to, line);
    if (d->duplicate)
        conn_send(d->to, line);
}

/* The backlog is taken (left: 0), or the gateway has left so many of it. */
static void measure(struct delivery *d, size_t left)
{
    struct buf text = {0};
    if (pushback_over(&d->pushback, &text, left, clock_ms()) && d->measured)
        warn("measure backlog: %s", buf_cstr(&text));
    buf_free(&text);
}

static void drain(struct delivery *d)
{
    struct entry *e;
    if (!d->to || d->asleep || d->gate || !(e = spool_take(&d->spool)))
        return;
    send_delivery(d, e->line);
    d->gate = e;
    d->gate_since = clock_ms();
    d->gate_told = false;
    pushback_sent(&d->pushback, d->gate_since);
}

static void send_held(struct delivery *d)
{
    const char *p = d->held.p, *end = p + d->held.len, *nl;
    for (; p < end; p = nl + 1) {
        nl = memchr(p, '\n', (size_t)(end - p));
        conn_send(d->to, (struct span){p, (size_t)(nl - p)});
    }
    buf_free(&d->held);
}

void delivery_target(struct delivery *d, struct conn *to, bool asleep)
{
    d->asleep = asleep;
    if (d->to == to)
        return;
    d->to = to;
    if (d->gate)
        measure(d, d->spool.count);
    d->gate = NULL;
    spool_rewind(&d->spool);
    if (!to)
        return;
    if (d->held.len)
        send_held(d);
    delivery_flush(d);
}

bool delivery_live(const struct delivery *d)
{
    return d->to && !d->asleep && !d->gate && !d->spool.fresh;
}

static void take_other(struct delivery *d, const struct frame *f)
{
    if (d->to) {
        conn_send(d->to, f->line);
    } else {
        buf_span(&d->held, f->line);
        buf_ch(&d->held, '\n');
    }
}

void delivery_take(struct delivery *d, const struct frame *f)
{
    if (f->type != FRAME_INBOUND && f->type != FRAME_PASSTHROUGH_FORWARD) {
        take_other(d, f);
        return;
    }
    bool live = delivery_live(d);
    if (live && !frame_buffered(f)) {
        send_delivery(d, f->line);
        return;
    }
    spool_add(&d->spool, f);
    if (live) {
        /* it came with a bufferId: send it at once, like any live one, and keep it for the next handshake
         * until it is acked */
        spool_sync(&d->spool);
        send_delivery(d, spool_take(&d->spool)->line);
    }
    d->wanted |= !d->to || d->asleep;
}

static void keep(struct delivery *d, const struct frame *f, bool delivery)
{
    if (delivery)
        spool_add(&d->spool, f);
    else
        take_other(d, f);
    d->wanted |= delivery && (!d->to || d->asleep);
}

/* Takes back a line that a gateway did not get. Returns whether it was kept. */
static bool take_back(struct delivery *d, const struct frame *f, bool begun, struct undelivered *u)
{
    bool delivery = f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD;
    if (delivery && frame_buffered(f))
        return false;
    if (f->type == FRAME_DESCRIPTOR || f->type == FRAME_OUTBOUND_RESULT || f->type == FRAME_GOING_IDLE_ACK) {
        u->others++; /* an answer, which is of use only to that gateway */
        return false;
    }
    if (begun) {
        u->lost++;
        d->cut++;
        return false;
    }
    u->kept++;
    keep(d, f, delivery);
    return true;
}

struct undelivered delivery_return(struct delivery *d, struct span lines, size_t begun)
{
    struct undelivered u = {0};
    struct frame f = {0};
    struct json_error e;
    struct span kept = {NULL, 0}; /* the previous line, if it was kept */
    const char *p = lines.p, *end = p + lines.n, *nl;
    for (; p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL; p = nl + 1) {
        struct span line = {p, (size_t)(nl - p)};
        bool copy = d->duplicate && kept.p && span_same(line, kept);
        kept = (struct span){NULL, 0};
        if (!copy && frame_parse(&f, line, &e) && take_back(d, &f, (size_t)(p - lines.p) < begun, &u))
            kept = line;
    }
    frame_free(&f);
    return u;
}

bool delivery_ack(struct delivery *d, struct span id)
{
    struct entry *e = spool_find(&d->spool, id);
    if (!e)
        return false;
    bool gated = e == d->gate;
    if (gated) {
        pushback_acked(&d->pushback, id, clock_ms());
        d->gate = NULL;
    }
    spool_ack(&d->spool, e);
    drain(d);
    if (gated && !d->gate && !d->spool.fresh)
        measure(d, 0);
    return true;
}

void delivery_flush(struct delivery *d)
{
    spool_sync(&d->spool);
    drain(d);
}

int64_t delivery_gate_due(const struct delivery *d, int64_t patience)
{
    return d->gate && !d->gate_told ? d->gate_since + patience : INT64_MAX;
}

bool delivery_full(const struct delivery *d)
{
    return (d->to && conn_queued(d->to) >= QUEUE_MAX) || d->spool.bytes + d->held.len >= BACKLOG_MAX;
}

size_t delivery_lost(const struct delivery *d)
{
    size_t n = 0;
    for (const struct entry *e = d->spool.head; e && !d->spool.path; e = e->next)
        n += !e->sent;
    for (size_t i = 0; i < d->held.len; i++)
        n += d->held.p[i] == '\n';
    return n;
}

size_t delivery_unacked(const struct delivery *d)
{
    size_t n = 0;
    for (const struct entry *e = d->spool.head; e && !d->spool.path; e = e->next)
        n += e->sent;
    return n;
}

void delivery_close(struct delivery *d)
{
    pushback_free(&d->pushback);
    spool_close(&d->spool);
    buf_free(&d->held);
}
