/* SPDX-License-Identifier: MIT */
/* The frames that COMMAND gets. */
#include <string.h>

#include "base/diag.h"
#include "queue/feed.h"

static void give(void *ctx, struct held *d, const struct given *g, int attempt)
{
    struct feed *f = ctx;
    struct buf frame = {0};
    given_frame(&frame, g, held_gateway(d), attempt, d->hold.attempts);
    ring_give(f->ring, buf_as_span(&frame));
    buf_free(&frame);
}

static void stop_turn(void *ctx, struct held *d)
{
    struct feed *f = ctx;
    struct buf frame = {0};
    given_interrupt(&frame, &d->given, held_gateway(d));
    ring_give(f->ring, buf_as_span(&frame));
    buf_free(&frame);
}

static void on_result(void *ctx, const struct bus_message *m)
{
    struct feed *f = ctx;
    struct frame fr = {0};
    struct json_error e;
    if (m->status == BUS_OK && frame_parse(&fr, m->data, &e) && fr.type == FRAME_OUTBOUND_RESULT)
        ring_give(f->ring, m->data);
    frame_free(&fr);
}

/* The part of "POOL.ctl.G.S" after "ctl.". */
static struct span key_of(const struct feed *f, struct span subject)
{
    size_t n = strlen(f->helds->pool->name) + sizeof ".ctl." - 1;
    return subject.n > n ? (struct span){subject.p + n, subject.n - n} : (struct span){NULL, 0};
}

/* The ring has deleted the messages of a session, because its user said stop. */
static void interrupt(struct feed *f, struct held *d, const struct frame *fr)
{
    struct buf frame = {0}, gateway = {0};
    bool runs = hold_runs(&d->hold);
    info(1, "interrupt session %s", d->key);
    given_gateway(&gateway, fr->line, held_gateway(d));
    struct json_edit edit = {"gateway", buf_as_span(&gateway)};
    json_edit(&frame, fr->line, &edit, 1);
    if (runs || d->presses.list)
        ring_give(f->ring, buf_as_span(&frame));
    held_event(d, HOLD_INTERRUPTED);
    buf_free(&frame);
    buf_free(&gateway);
}

static void on_control(void *ctx, const struct bus_message *m)
{
    struct feed *f = ctx;
    struct frame fr = {0};
    struct json_error e;
    struct span key = key_of(f, m->subject);
    struct held *d = key.p ? helds_find(f->helds, key) : NULL;
    if (!d || d->forget_at || !json_valid(m->data.p, m->data.n, &e))
        return;
    uint64_t press = hint_read(m->data);
    if (press && hold_runs(&d->hold))
        press_hint(&d->presses, press);
    else if (!press && frame_parse(&fr, m->data, &e) && fr.type == FRAME_INTERRUPT_INBOUND)
        interrupt(f, d, &fr);
    frame_free(&fr);
}

bool feed_open(struct feed *f)
{
    struct bus *b = f->helds->pool->bus;
    struct buf subject = {0};
    f->helds->give = give;
    f->helds->stop = stop_turn;
    f->helds->ctx = f;
    bus_inbox(b, &f->inbox);
    buf_printf(&subject, "%s.ctl.>", f->helds->pool->name);
    f->results = bus_listen(b, buf_cstr(&f->inbox), on_result, f);
    f->controls = bus_listen(b, buf_cstr(&subject), on_control, f);
    buf_free(&subject);
    return f->results && f->controls;
}

void feed_close(struct feed *f)
{
    bus_unlisten(f->helds->pool->bus, f->results);
    bus_unlisten(f->helds->pool->bus, f->controls);
    buf_free(&f->inbox);
}
