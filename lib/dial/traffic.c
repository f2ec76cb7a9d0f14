/* SPDX-License-Identifier: MIT */
/* relay-dial: what passes up and down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "dial/internal.h"

void dial_emit(struct dial *d, struct span line)
{
    if (d->head.fd >= 0 && !d->head_closing)
        writer_line(&d->head, line);
}

void dial_emit_result(struct dial *d, struct span request_id, struct span error, bool ambiguous)
{
    struct buf b = {0};
    ledger_result(&b, request_id, error.p, error.n, ambiguous);
    dial_emit(d, buf_as_span(&b));
    record_frame(&d->record, "down", buf_as_span(&b));
    buf_free(&b);
}

void dial_emit_link(struct dial *d, const char *state, const char *members)
{
    struct buf b = {0};
    buf_printf(&b, "{\"type\":\"link\",\"state\":\"%s\"%s}", state, members);
    if (!d->o->no_link)
        dial_emit(d, buf_as_span(&b));
    record_frame(&d->record, "link", buf_as_span(&b));
    buf_free(&b);
}

/* ---- up ---- */

static void skipped(struct dial *d)
{
    dial_fail(d, EX_DATAERR);
    if (d->o->strict) {
        d->tail_stop = true;
        d->tail.b.len = d->tail.from = d->tail.seen = 0;
    }
}

static void bad_line(struct dial *d, const char *reason, size_t at)
{
    if (at)
        complain("skip line %ju: %s at byte %zu", d->tail.line, reason, at);
    else
        complain("skip line %ju: %s", d->tail.line, reason);
    skipped(d);
}

void dial_long_line(struct dial *d)
{
    complain("skip line %ju: longer than %zu bytes", d->tail.line, d->tail.max);
    skipped(d);
}

static bool is_up(const struct dial *d, const struct frame *f)
{
    if (frame_dir(f) == FRAME_UP)
        return true;
    for (const char **t = d->o->up; *t; t++)
        if (json_eq(f->name, *t))
            return true;
    return false;
}

/* Every distinct hello is sent again on each dial; one for the same identity takes the place of the former.
 */
static void remember_hello(struct dial *d, const struct frame *f)
{
    struct buf key = {0};
    buf_span(&key, frame_get(f, "platform"));
    buf_ch(&key, '\n');
    buf_span(&key, frame_get(f, "botId"));
    for (size_t i = 0; i < d->n_hellos; i++)
        if (d->hellos[i].key.len == key.len && memcmp(d->hellos[i].key.p, key.p, key.len) == 0) {
            buf_free(&key);
            d->hellos[i].line.len = 0;
            buf_span(&d->hellos[i].line, f->line);
            return;
        }
    d->hellos = xrealloc(d->hellos, (d->n_hellos + 1) * sizeof *d->hellos);
    d->hellos[d->n_hellos] = (struct hello){.key = key};
    buf_span(&d->hellos[d->n_hellos++].line, f->line);
}

/* The text of an outbound's `refused` member; {NULL, 0} where there is none. */
static struct span refusal(struct dial *d, const struct frame *f)
{
    struct span r = frame_get(f, "refused");
    if (!r.p || json_is_null(r) || span_eq(r, "false"))
        return (struct span){NULL, 0};
    d->scratch.len = 0;
    if (json_is_string(r))
        json_decode(&d->scratch, r);
    else
        buf_str(&d->scratch, "refused");
    return buf_as_span(&d->scratch);
}

/* Answers an outbound that is not to be sent. True where it was one. */
static bool decline(struct dial *d, const struct frame *f)
{
    struct span id = frame_get(f, "requestId"), text = refusal(d, f);
    if (text.p) {
        warn("refuse outbound %.*s: %.*s", (int)id.n, id.p, (int)text.n, text.p);
        if (!d->o->command)
            dial_fail(d, EX_DATAERR);
    } else if (d->link_over) {
        bool ending = d->phase != SERVING;
        text = span_of(ending ? "relay transport closed" : "relay transport not connected");
        complain("send outbound %.*s: %.*s", (int)id.n, id.p, (int)text.n, text.p);
        dial_fail(d, EX_UNAVAILABLE);
    } else {
        return false;
    }
    dial_emit_result(d, id, text, false);
    return true;
}

static void send_up(struct dial *d, const struct frame *f)
{
    const char *wrong = NULL;
    if (f->type == FRAME_OUTBOUND) {
        if (!json_is_string(frame_get(f, "requestId")))
            wrong = "outbound without a string requestId";
        else if (decline(d, f))
            return;
    } else if (d->link_over) {
        d->unsent++;
        return;
    }
    if (!wrong)
        wrong = ledger_owe(d->ledger, f, d->number + 1, clock_ms());
    if (wrong) {
        bad_line(d, wrong, 0);
        return;
    }
    if (f->type == FRAME_HELLO)
        remember_hello(d, f);
    d->idle_passed |= f->type == FRAME_GOING_IDLE;
    d->number = link_send(d->link, f->line);
    record_frame(&d->record, "up", f->line);
}

void dial_up(struct dial *d, struct span line)
{
    struct frame *f = &d->frame;
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(f, line, &e)) {
        bad_line(d, e.reason, e.at + 1);
    } else if (f->type == FRAME_ACTION) {
        bad_line(d, "an action, not a frame: is there no relay-send?", 0);
    } else if (frame_dir(f) == FRAME_LOCAL) {
        d->draining_back |= f->type == FRAME_LINK && json_eq(frame_get(f, "state"), "draining");
    } else if (!d->o->command || is_up(d, f)) {
        send_up(d, f);
    } else if (frame_dir(f) == FRAME_UNKNOWN) {
        info(2, "keep frame of type %.*s in the ring", (int)f->name.n, f->name.p);
    }
}

/* ---- down ---- */

static void ready(struct dial *d, struct span line)
{
    int fd = d->o->ready_fd;
    if (fd < 0 || d->told_ready)
        return;
    d->told_ready = true;
    struct writer w;
    writer_open(&w, fd);
    writer_line(&w, line);
    if (!writer_drain(&w) || !writer_close(&w)) {
        complain("write ready descriptor %d:", fd);
        dial_fail(d, EX_IOERR);
    }
}

/* A frame has no reader any more. What the connector keeps, or nobody asked for, is no loss. */
static void undelivered(struct dial *d, const struct frame *f)
{
    bool live = (f->type == FRAME_INBOUND || f->type == FRAME_PASSTHROUGH_FORWARD) && !frame_buffered(f);
    bool failed = f->type == FRAME_OUTBOUND_RESULT &&
                  !json_is_true(json_find(frame_get(f, "result"), "success"));
    if (failed)
        complain("settle outbound: %.*s", (int)f->line.n, f->line.p);
    if (failed || live)
        dial_fail(d, EX_TEMPFAIL);
    d->undelivered += live;
}

void dial_undelivered(struct dial *d)
{
    struct json_error e;
    while (writer_pending(&d->head)) {
        const char *p = d->head.q.p + d->head.off;
        size_t n = (size_t)((const char *)memchr(p, '\n', writer_pending(&d->head)) - p);
        d->head.off += n + 1;
        if (frame_parse(&d->frame, (struct span){p, n}, &e)) {
            undelivered(d, &d->frame);
        } else { /* the first one, half written */
            d->undelivered++;
            dial_fail(d, EX_TEMPFAIL);
        }
    }
}

static void refuse_down(struct dial *d, const char *reason)
{
    complain("receive frame: %s", reason);
    dial_fail(d, EX_PROTOCOL);
}

void dial_down(struct dial *d, struct span line)
{
    struct frame *f = &d->frame;
    struct json_error e;
    if (line_blank(line))
        return;
    if (!frame_parse(f, line, &e)) {
        refuse_down(d, e.reason);
        return;
    }
    if (f->type == FRAME_ACTION) {
        refuse_down(d, "no string \"type\"");
    } else if (frame_dir(f) == FRAME_LOCAL) {
        refuse_down(d, "a local frame, sent by the peer");
    } else if (d->o->command && is_up(d, f)) {
        /* The ring would carry it round and send it back as if it were ours. */
        refuse_down(d, "a frame that only goes up, sent by the peer");
    } else {
        record_frame(&d->record, "down", line);
        enum ledger_answer answer = ledger_book(d->ledger, f);
        if (answer == LEDGER_AGAIN) {
            warn("drop outbound_result: that outbound has its answer");
            return;
        }
        if (f->type == FRAME_DESCRIPTOR) {
            if (!d->had_descriptor)
                d->stable_at = clock_ms() + BACKOFF_STABLE_MS;
            d->had_descriptor = d->auth.descriptor = true;
            ready(d, line);
        }
        d->flipped |= f->type == FRAME_GOING_IDLE_ACK && d->idle_passed;
        bool owed = f->type == FRAME_OUTBOUND_RESULT && answer == LEDGER_SETTLED;
        if (d->o->count && d->received >= d->o->count && !owed)
            return; /* nobody asked for more */
        d->received++;
        if (d->head.fd < 0 || d->head_closing)
            undelivered(d, f);
        else
            dial_emit(d, line);
    }
}
