/* SPDX-License-Identifier: MIT */
/* COMMAND as a ring. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/random.h"
#include "queue/parcels.h"
#include "queue/ring.h"
#include "relay/result.h"
#include "json/write.h"

int ring_start(struct ring *r, char *const argv[], int64_t grace, size_t max)
{
    r->name = argv[0];
    r->strays.in = r->out;
    random_hex(&r->nonce, 8);
    int error = process_start(&r->process, argv, NULL, grace, max);
    r->running = !error;
    return error;
}

/* What was stored or published may be JSON on several lines, each of which would be a frame to COMMAND. */
static bool give_line(struct ring *r, struct span line)
{
    struct buf one = {0};
    if (!line.n || !memchr(line.p, '\n', line.n))
        return process_give(&r->process, line);
    json_compact(&one, line);
    bool ok = process_give(&r->process, buf_as_span(&one));
    buf_free(&one);
    return ok;
}

void ring_give(struct ring *r, struct span line)
{
    if (!r->running || r->process.last) /* what comes after its last message is nothing to it */
        return;
    if (writer_pending(&r->process.in) > RING_MOST) {
        if (!r->full)
            complain("write to %s: it does not read, results are lost", r->name);
        r->full = true;
        exit_raise(&r->status, EX_IOERR);
    } else if (give_line(r, line)) {
        r->full = false;
    }
}

void ring_refuse(struct ring *r, struct span request, const char *why, bool ambiguous)
{
    struct buf result = {0}, frame = {0};
    if (!request.p || !request.n)
        return;
    json_begin(&result, '{');
    json_add_bool(&result, "success", false);
    json_add_str(&result, "error", why);
    if (ambiguous)
        json_add_bool(&result, "ambiguous", true);
    json_end(&result, '}');
    result_build(&frame, request, buf_as_span(&result));
    ring_give(r, buf_as_span(&frame));
    buf_free(&result);
    buf_free(&frame);
}

static void skip(struct ring *r, const char *reason)
{
    complain("skip line %ju of %s: %s", r->process.out.line, r->name, reason);
    exit_raise(&r->status, EX_DATAERR);
    r->wrong = true;
}

/* --- actions --- */

/* Publishes what is not stored: who is not there to see it misses nothing. */
static void show(struct ring *r, struct span gateway, const struct buf *line)
{
    struct buf to = {0};
    const char *const headers[] = {"Relay-Reply", r->out->reply, NULL};
    pool_subject(&to, r->pool, "now", gateway, (struct span){NULL, 0});
    bus_publish(r->pool->bus,
                &(struct bus_out){.subject = buf_cstr(&to), .headers = headers, .data = buf_as_span(line)});
    buf_free(&to);
}

/* An action of a message in hand is on its way. False: the session was lost. */
static bool acts(struct held *d, struct press *press)
{
    if (!held_beat(d, bus_now()))
        return false;
    if (press)
        press_acts(press);
    else
        held_event(d, HOLD_ACTION);
    return true;
}

/* False: the session was lost, and may be gone. */
static bool store(struct ring *r, struct held *d, struct span gateway, struct parcel *p)
{
    pool_subject(&p->subject, r->pool, "out", gateway, (struct span){NULL, 0});
    if (!outbox_fits(r->out, p->subject.len, p->id.len, p->line.len)) {
        skip(r, "longer than the engine takes");
        ring_refuse(r, buf_as_span(&p->request), "longer than the engine takes", false);
        parcel_free(p);
        return true;
    }
    if (d && !acts(d, p->owner)) {
        parcel_free(p);
        return false;
    }
    outbox_add(d ? &d->lane : &r->strays, p);
    return true;
}

/* What becomes of an action of a message in hand, or of none (d is NULL). */
static bool pass(struct ring *r, struct held *d, struct press *press, struct span gateway)
{
    struct parcel *p = xcalloc(1, sizeof *p);
    struct given *g = press ? &press->given : d ? &d->given : NULL;
    p->owner = press;
    bool kept = parcel_is_kept(&r->frame);
    if (g && kept)
        given_action_id(&p->id, g, ++g->n);
    else
        buf_printf(&p->id, "%s/%u", buf_cstr(&r->nonce), kept ? ++r->stray : 0);
    const char *why = parcel_fill(p, &r->frame, g ? g->turn : NULL, kept);
    if (why)
        skip(r, why);
    if (!why && kept)
        return store(r, d, gateway, p);
    if (!why)
        show(r, gateway, &p->line);
    parcel_free(p);
    return true;
}

/* A turn that asks a prompt gets the presses of that. */
static void look_for_presses(struct held *d, const struct press *press, const struct frame *fr)
{
    struct span action = fr->type == FRAME_OUTBOUND ? frame_get(fr, "action") : fr->line;
    if (!press && !d->forget_at && json_eq(json_find(action, "op"), "prompt"))
        press_asked(&d->presses, json_find(action, "prompt_id"), d->given.seq);
}

static void take_action(struct ring *r)
{
    struct span delivery = frame_get(&r->frame, "delivery"), name = frame_get(&r->frame, "gateway");
    struct press *press;
    struct held *d = helds_given(r->helds, delivery, &press);
    if (d && d->forget_at) {
        ring_refuse(r, frame_get(&r->frame, "requestId"), "its session was lost", false);
    } else if (d) {
        if (pass(r, d, press, held_gateway(d)))
            look_for_presses(d, press, &r->frame);
    } else if (json_has_text(name)) {
        struct buf text = {0}, token = {0};
        json_decode(&text, name);
        pool_token(&token, buf_as_span(&text));
        pass(r, NULL, NULL, buf_as_span(&token));
        buf_free(&text);
        buf_free(&token);
    } else {
        skip(r, json_is_absent(delivery) ? "it names neither a delivery nor a gateway"
                                         : "its delivery is not a message in hand");
        ring_refuse(r, frame_get(&r->frame, "requestId"), "not of a message in hand", false);
    }
}

/* --- acks --- */

static int status_of(struct span v)
{
    struct buf text = {0};
    int64_t status = EX_SOFTWARE;
    if (json_is_integer(v)) {
        buf_span(&text, v);
        number_parse(buf_cstr(&text), 0, 255, &status);
    }
    buf_free(&text);
    return status ? (int)status : EX_SOFTWARE;
}

static void take_answer(struct ring *r, bool acked)
{
    struct span id = frame_get(&r->frame, "bufferId");
    struct press *press;
    struct held *d = helds_given(r->helds, id, &press);
    if (!d) {
        info(1, "%s has answered for a message that is not in hand", r->name);
        return;
    }
    if (!d->forget_at && !held_beat(d, bus_now()))
        d = helds_given(r->helds, id, &press);
    if (d && d->forget_at)
        held_forget(d);
    else if (press && acked)
        press_acked(press);
    else if (press)
        press_failed(press);
    else if (d && acked)
        held_event(d, HOLD_ACKED);
    else if (d)
        held_failed(d, status_of(frame_get(&r->frame, "status")));
}

static void take_line(struct ring *r, struct span line)
{
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(&r->frame, line, &e)) {
        skip(r, e.reason);
        return;
    }
    switch (r->frame.type) {
    case FRAME_ACTION:
    case FRAME_OUTBOUND:
    case FRAME_INTERRUPT:
        take_action(r);
        break;
    case FRAME_INBOUND_ACK:
        take_answer(r, true);
        break;
    case FRAME_INBOUND_NACK:
        take_answer(r, false);
        break;
    default:
        break;
    }
}

bool ring_has_room(const struct ring *r)
{
    return r->out->bytes < IO_HIGH_WATER;
}

bool ring_take(struct ring *r)
{
    struct span line;
    while (ring_has_room(r)) {
        enum reader_got got = reader_next(&r->process.out, &line);
        if (got == READER_MORE)
            return true;
        if (got == READER_LONG)
            skip(r, "longer than --max-frame");
        else
            take_line(r, line);
    }
    return false;
}

bool ring_over(const struct ring *r)
{
    return process_over(&r->process);
}

void ring_free(struct ring *r)
{
    outbox_clear(&r->strays);
    reader_free(&r->process.out);
    frame_free(&r->frame);
    buf_free(&r->nonce);
}
