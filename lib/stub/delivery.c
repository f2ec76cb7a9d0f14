/* SPDX-License-Identifier: MIT */
/* The delivery rule. */
#include <string.h>

#include "base/diag.h"
#include "stub/delivery.h"

enum {
    QUEUE_MAX = 1 << 20,    /* bytes on their way to the gateway before no more is taken */
    BACKLOG_MAX = 256 << 20 /* bytes waiting for a gateway before no more is taken */
};

static void send_delivery(const struct delivery *d, struct span line)
{
    conn_send(d->to, line);
    if (d->duplicate)
        conn_send(d->to, line);
}

static void drain(struct delivery *d)
{
    struct entry *e;
    if (!d->to || d->asleep || d->gate || !(e = spool_take(&d->spool)))
        return;
    send_delivery(d, e->line);
    d->gate = e;
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

void delivery_target(struct delivery *d, struct conn *to)
{
    if (d->to == to)
        return;
    d->to = to;
    d->asleep = false;
    d->gate = NULL;
    spool_rewind(&d->spool);
    if (!to)
        return;
    if (d->held.len)
        send_held(d);
    delivery_flush(d);
}

void delivery_sleep(struct delivery *d)
{
    d->asleep = true;
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

bool delivery_take(struct delivery *d, const struct frame *f)
{
    if (f->type != FRAME_INBOUND && f->type != FRAME_PASSTHROUGH_FORWARD) {
        take_other(d, f);
        return false;
    }
    bool live = delivery_live(d);
    if (live && !frame_buffered(f)) {
        send_delivery(d, f->line);
        return false;
    }
    spool_add(&d->spool, f);
    if (live) {
        /* came with its bufferId: at once, like any live one, and kept for the next handshake until it is
         * acked */
        spool_sync(&d->spool);
        send_delivery(d, spool_take(&d->spool)->line);
    }
    return !d->to || d->asleep;
}

bool delivery_ack(struct delivery *d, struct span id)
{
    struct entry *e = spool_find(&d->spool, id);
    if (!e)
        return false;
    if (e == d->gate)
        d->gate = NULL;
    spool_ack(&d->spool, e);
    drain(d);
    return true;
}

void delivery_flush(struct delivery *d)
{
    spool_sync(&d->spool);
    drain(d);
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
    spool_close(&d->spool);
    buf_free(&d->held);
}
