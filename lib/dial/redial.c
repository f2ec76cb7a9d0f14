/* SPDX-License-Identifier: MIT */
/* relay-dial: the life of the link, from one dial to the next. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/random.h"
#include "dial/internal.h"
#include "relay/token.h"
#include "relay/ws.h"
#include "json/write.h"

void dial_start(struct dial *d)
{
    struct buf token = {0};
    d->redial_at = INT64_MAX;
    d->had_descriptor = false;
    d->attempt++;
    d->tally.dials++;
    if (d->o->id) {
        /* Two dials within the same second still get different tokens. */
        int64_t expiry = clock_wall_s() + d->o->token_ttl;
        d->last_expiry = expiry > d->last_expiry ? expiry : d->last_expiry + 1;
        token_mint(&token, d->o->id, d->o->secret, d->last_expiry);
        d->expires_at = clock_ms() + d->o->token_ttl * 1000;
    }
    info(1, "dial %s: attempt %u%s", buf_cstr(&d->url), d->attempt, token.len ? "" : ", unauthenticated");
    link_dial(d->link, token.len ? buf_cstr(&token) : NULL);
    if (token.p)
        explicit_bzero(token.p, token.len);
    buf_free(&token);
}

static void emit_open(struct dial *d)
{
    struct buf m = {0};
    json_add_int(&m, "attempt", d->attempt);
    json_add_text(&m, "url", buf_as_span(&d->url));
    dial_emit_link(d, "open", buf_cstr(&m));
    buf_free(&m);
}

void dial_pump(struct dial *d)
{
    struct line line;
    struct span text;
    while (link_takes(d->link) && lines_next(&d->lines, &line, &text)) {
        if (line.type != FRAME_HELLO || line.number > d->hellos_until)
            link_send(d->link, text);
        if (line.type == FRAME_GOING_IDLE)
            flip_sent(&d->flip);
        d->sent = line.number;
    }
}

/* Every distinct hello is sent again on each dial; a new hello for the same identity replaces the old one. */
void dial_remember_hello(struct dial *d, const struct frame *f)
{
    struct identity *id = identity_learn(&d->ids, f);
    if (!id) {
        complain("keep hello: more than %d identities, or a name that is too long", IDENTITIES_MAX);
        return;
    }
    id->hello.len = 0;
    buf_span(&id->hello, f->line);
}

/* Sends the hellos first, before the frames not handed to a connection yet; hellos among these are the same
 * ones, and are not sent twice. */
static void greet(struct dial *d)
{
    struct json_error e;
    for (const struct owed *o; (o = ledger_each(d->ledger, NULL)) && o->type == FRAME_HELLO;)
        ledger_close(d->ledger, o);
    for (size_t i = 0; i < d->ids.n; i++) {
        struct span line = buf_as_span(&d->ids.v[i].hello);
        if (!frame_parse(&d->frame, line, &e))
            continue;
        link_send(d->link, line);
        ledger_owe(d->ledger, &d->frame, 0, clock_us());
        dial_saw(d, "up", FRAME_HELLO, line);
    }
    d->hellos_until = d->lines.last;
}

void dial_opened(struct dial *d)
{
    if (d->lost)
        warn("open link: %s", buf_cstr(&d->url));
    else
        info(1, "open link: %s", buf_cstr(&d->url));
    emit_open(d);
    d->lost = false;
    d->attempt = 0;
    d->tally.opens++;
    flip_opened(&d->flip);
    d->unacked = 0;
    greet(d);
}

static const char *by_whom(const struct link_end *e)
{
    return e->by == LINK_BY_PEER   ? "peer"
           : e->by == LINK_BY_US   ? "us"
           : e->by == LINK_BY_HTTP ? "http"
                                   : "network";
}

/* Reports the end of a connection or dial in one line, with the time of the next dial. Only an end that was
 * wanted may be left out with --quiet. */
static void tell_end(struct dial *d, const struct link_end *e, bool was_open)
{
    struct buf m = {0};
    if (!was_open && e->by != LINK_BY_PEER)
        buf_printf(&m, "dial %s:%s", buf_cstr(&d->url), e->reason.len ? "" : " given up");
    else
        buf_printf(&m, "close link: by %s: %d", by_whom(e), e->code);
    if (e->reason.len)
        buf_printf(&m, " %.*s", (int)e->reason.len, e->reason.p);
    if (d->redial_at != INT64_MAX)
        buf_printf(&m, ", next dial in %.1f s", (double)d->redial_in / 1000);
    bool wanted = d->redial_at == INT64_MAX && e->code == WS_NORMAL && !e->broken;
    if (wanted)
        warn("%s", buf_cstr(&m));
    else
        complain("%s", buf_cstr(&m));
    buf_free(&m);
}

static void emit_end(struct dial *d, const struct link_end *e, bool final, bool revoked)
{
    struct buf m = {0};
    json_add_int(&m, "code", e->code);
    json_add_text(&m, "reason", buf_as_span(&e->reason));
    if (final)
        json_add_str(&m, "by", by_whom(e));
    if (final && revoked)
        json_add_bool(&m, "relay_disabled", true);
    if (!final) {
        json_key(&m, "retry_in");
        buf_printf(&m, "%.3f", (double)d->redial_in / 1000);
    }
    dial_emit_link(d, final ? "closed" : "lost", buf_cstr(&m));
    buf_free(&m);
}

static int status_of(const struct dial *d, const struct link_end *e)
{
    if (e->code == WS_AUTH_REFUSED || e->http == 401 || e->http == 403)
        return EX_NOPERM;
    if (e->broken)
        return EX_PROTOCOL;
    if (e->by == LINK_BY_US || (e->by == LINK_BY_PEER && e->code == WS_NORMAL))
        return EX_OK;
    return d->phase == CLOSING || d->flip.acked ? EX_OK : EX_UNAVAILABLE;
}

/* Decides whether to dial again, and when. Flipped means done: another connection would get live messages
 * again. */
static bool schedule(struct dial *d, const struct link_end *e, enum auth_verdict verdict)
{
    bool greeting = !d->o->command && !d->signalled && ledger_count_type(d->ledger, FRAME_HELLO);
    bool left = lines_pending(&d->lines) || greeting;
    bool pending = d->phase == SETTLING && left && clock_ms() < d->phase_by;
    bool ending = (d->phase > SERVING && !pending) || (d->flip.acked && !d->o->stay);
    if (ending || verdict == AUTH_REVOKED || d->failures >= (uint64_t)d->o->retry)
        return false;
    d->failures++;
    int64_t delay = verdict == AUTH_ORDINARY ? backoff_delay(d->failures, random_word()) : 0;
    d->redial_in = delay > e->retry_after ? delay : e->retry_after;
    d->redial_at = clock_ms() + d->redial_in;
    return true;
}

/* Settles what will not be handed to any connection. Outbounds are reported one by one, with their results; a
 * hello gets a line too. */
static void end_for_good(struct dial *d, bool refused)
{
    struct line line;
    struct span text;
    dial_settle_lost(d, true, refused);
    while (lines_next(&d->lines, &line, &text))
        d->unsent += line.type != FRAME_OUTBOUND && line.type != FRAME_HELLO;
    d->link_over = true;
    d->redial_at = INT64_MAX;
}

void dial_abandon(struct dial *d, const char *why)
{
    complain("dial %s: %s", buf_cstr(&d->url), why);
    link_close(d->link, WS_NORMAL, "");
    end_for_good(d, false);
    if (!d->auth.descriptor)
        dial_fail(d, EX_UNAVAILABLE); /* the link was never of use */
    dial_emit_link(d, "closed", "\"code\":1000,\"reason\":\"\",\"by\":\"us\"");
}

void dial_tell_stuck(struct dial *d)
{
    if (!link_stuck(d->link))
        return;
    complain("send frames: the last %zu bytes did not get out", link_stuck(d->link));
    dial_fail(d, EX_UNAVAILABLE);
}

static void end_final(struct dial *d, const struct link_end *e, bool was_open, bool refused)
{
    if (was_open)
        dial_tell_stuck(d);
    end_for_good(d, refused);
    int status = status_of(d, e);
    if (status == EX_NOPERM && d->signalled && !d->auth.descriptor)
        status = EX_UNAVAILABLE; /* the end came before a verdict */
    dial_fail(d, status);
}

/* Reports a token that is refused as expired before its time. */
static void tell_clocks(struct dial *d, const struct link_end *e)
{
    int64_t left = d->expires_at - clock_ms();
    if (!d->o->id || left <= 0 || e->code != WS_AUTH_REFUSED ||
        !span_eq(buf_as_span(&e->reason), "expired") || d->told_clocks)
        return;
    d->told_clocks = true;
    complain("dial %s: a token of %jd s is refused as expired %jd s before it is: the clocks here and there "
             "differ",
             buf_cstr(&d->url), (intmax_t)d->o->token_ttl, (intmax_t)(left + 999) / 1000);
}

void dial_lost(struct dial *d)
{
    const struct link_end *e = link_end(d->link);
    bool was_open = d->attempt == 0;
    /* If the connection was refused before any greeting was answered, the peer did not look at its frames. */
    bool refused = e->code == WS_AUTH_REFUSED && !d->had_descriptor;
    enum auth_verdict verdict = auth_ended(&d->auth, d->had_descriptor, e->code, buf_as_span(&e->reason));
    if (clock_ms() >= d->stable_at)
        d->failures = 0;
    d->stable_at = INT64_MAX;
    bool final = !schedule(d, e, verdict);
    tell_end(d, e, was_open);
    tell_clocks(d, e);
    d->lost = true;
    if (final)
        end_final(d, e, was_open, refused);
    else
        dial_settle_lost(d, false, refused);
    if (verdict == AUTH_REVOKED)
        complain("relay_disabled: the credential is revoked");
    emit_end(d, e, final, verdict == AUTH_REVOKED);
}
