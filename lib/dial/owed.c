/* SPDX-License-Identifier: MIT */
/* relay-dial: replies that are missing, and replies that are refusals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/table.h"
#include "dial/internal.h"
#include "relay/action.h"
#include "relay/ws.h"

/* A refused outbound that its sender may send again (the refusal has a retry_after): reported if that does
 * not happen. */
struct refused {
    struct span id; /* requestId, JSON text, in the block of `text` */
    char *text;
    bool content;
    struct refused *prev, *next;
};

/* In a ring that still turns, whoever asked for anything other than content gets its answer; every other loss
 * must show in the exit status. */
void dial_owed_fail(struct dial *d, const struct owed *o)
{
    if (!d->o->command || !dial_head_open(d) || op_has_content(o->op))
        dial_fail(d, EX_TEMPFAIL);
}

static void no_result(struct dial *d, const struct owed *o, const char *when)
{
    bool sent = o->frame <= d->sent;
    complain("settle outbound %.*s: no result %s%s", (int)o->key.n, o->key.p, when,
             sent ? "" : ", and never sent");
    if (sent) {
        dial_emit_result(d, o->key, span_of("relay outbound timed out"), true, o->marks);
    } else { /* a request that has an answer must not be sent later */
        lines_cancel(&d->lines, o->frame);
        dial_emit_result(d, o->key, span_of("relay transport not connected"), false, o->marks);
    }
    dial_owed_fail(d, o);
}

/* A ring that was not greeted gets no messages: dial again, it may be a cold start. */
static void no_descriptor(struct dial *d, const struct owed *o, const char *when, bool at_end)
{
    complain("settle hello %.*s: no descriptor %s", (int)o->key.n, o->key.p, when);
    bool again = !at_end && d->o->command && !d->had_descriptor && d->phase == SERVING;
    if (again)
        link_close(d->link, WS_NORMAL, "no descriptor");
    else if (d->signalled && !d->auth.descriptor)
        dial_fail(d, EX_UNAVAILABLE); /* the link was never of use */
    else
        dial_fail(d, at_end ? EX_TEMPFAIL : EX_PROTOCOL);
}

void dial_overdue(struct dial *d, const char *all)
{
    const struct owed *o;
    while ((o = all ? ledger_each(d->ledger, NULL) : ledger_overdue(d->ledger, clock_ms()))) {
        char within[32];
        snprintf(within, sizeof within, "within %d s", (int)(ledger_patience(o->type) / 1000));
        const char *when = all ? all : within;
        if (o->type == FRAME_OUTBOUND) {
            no_result(d, o, when);
        } else if (o->type == FRAME_HELLO) {
            no_descriptor(d, o, when, all != NULL);
        } else {
            complain("settle going_idle: no going_idle_ack %s", when);
            dial_fail(d, EX_TEMPFAIL);
            flip_late(&d->flip);
        }
        ledger_close(d->ledger, o);
    }
}

void dial_settle_silently(struct dial *d)
{
    for (const struct owed *o; (o = ledger_each(d->ledger, NULL));)
        ledger_close(d->ledger, o);
}

static void outbound_lost(struct dial *d, const struct owed *o, bool refused)
{
    bool ambiguous = o->frame <= d->sent && !refused;
    const char *error = ambiguous            ? "relay transport connection lost"
                        : d->phase > SERVING ? "relay transport closed"
                                             : "relay transport not connected";
    complain("settle outbound %.*s: %s", (int)o->key.n, o->key.p, error);
    dial_emit_result(d, o->key, span_of(error), ambiguous, o->marks);
    dial_owed_fail(d, o);
}

static void handshake_lost(struct dial *d, const struct owed *o)
{
    bool hello = o->type == FRAME_HELLO, sent = o->frame <= d->sent;
    complain(hello ? "settle hello: no descriptor, the link has ended"
                   : "settle going_idle: no going_idle_ack, the link has ended");
    if (!sent || (d->signalled && !d->auth.descriptor))
        dial_fail(d, EX_UNAVAILABLE); /* the link never was what it is for */
    else
        dial_fail(d, hello ? EX_PROTOCOL : EX_TEMPFAIL);
}

/* The next owed reply whose fate is decided by the end of the connection; `final`: nothing more will be sent.
 * A hello is sent again on the next connection, and a pipe whose input has ended stays for its answer. */
static const struct owed *next_decided(struct dial *d, bool final)
{
    const struct owed *o = NULL;
    while ((o = ledger_each(d->ledger, o)))
        if (final || (o->frame <= d->sent && (d->o->command || o->type != FRAME_HELLO)))
            return o;
    return NULL;
}

void dial_settle_lost(struct dial *d, bool final, bool refused)
{
    const struct owed *o;
    while ((o = next_decided(d, final))) {
        if (o->type == FRAME_OUTBOUND)
            outbound_lost(d, o, refused);
        else if (final)
            handshake_lost(d, o);
        lines_cancel(&d->lines, o->frame);
        ledger_close(d->ledger, o);
    }
}

/* ---- refusals ---- */

static void tell(struct dial *d, const char *text, bool content)
{
    complain("%s", text);
    if (content)
        dial_fail(d, EX_NO);
}

static void drop(struct dial *d, struct refused *r)
{
    DL_DELETE(d->refused, r);
    d->n_refused--;
    free(r->text);
    free(r);
}

static void hold(struct dial *d, const struct owed *o, const struct buf *text, size_t id)
{
    struct refused *r = xcalloc(1, sizeof *r);
    r->text = text->p;
    r->id = (struct span){text->p + id, o->key.n};
    r->content = op_has_content(o->op);
    DL_APPEND(d->refused, r);
    if (++d->n_refused <= REFUSED_MOST)
        return;
    tell(d, d->refused->text, d->refused->content);
    drop(d, d->refused);
}

void dial_refused(struct dial *d, const struct owed *o, const struct frame *f)
{
    struct span result = frame_get(f, "result"), error, ambiguous, retry_after;
    struct buf b = {0};
    JSON_PICK(result, {"error", &error}, {"ambiguous", &ambiguous}, {"retry_after", &retry_after});
    buf_printf(&b, "send outbound %.*s: %.*s to chat %.*s: ", (int)o->key.n, o->key.p, (int)o->op.n, o->op.p,
               (int)o->chat.n, o->chat.p);
    if (json_is_string(error))
        json_decode(&b, error);
    else
        json_compact(&b, result);
    if (json_is_true(ambiguous))
        dial_owed_fail(d, o);
    if (d->o->command && dial_head_open(d) && json_is_number(retry_after)) {
        size_t id = b.len + 1;
        buf_ch(&b, '\0');
        buf_span(&b, o->key);
        hold(d, o, &b, id);
        return;
    }
    tell(d, buf_cstr(&b), op_has_content(o->op));
    buf_free(&b);
}

void dial_sent_again(struct dial *d, struct span id)
{
    struct refused *r, *next;
    DL_FOREACH_SAFE (d->refused, r, next)
        if (r->id.n == id.n && memcmp(r->id.p, id.p, id.n) == 0)
            drop(d, r);
}

void dial_tell_refused(struct dial *d)
{
    while (d->refused) {
        tell(d, d->refused->text, d->refused->content);
        drop(d, d->refused);
    }
}
