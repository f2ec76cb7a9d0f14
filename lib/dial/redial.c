/* SPDX-License-Identifier: MIT */
/* relay-dial: the life of the link, from one dial to the next. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/random.h"
#include "dial/internal.h"
#include "relay/token.h"
#include "relay/ws.h"

void dial_start(struct dial *d)
{
    struct buf token = {0};
    d->redial_at = INT64_MAX;
    d->had_descriptor = false;
    d->attempt++;
    if (d->o->id) {
        /* Two dials within one second still get different tokens. */
        int64_t expiry = (int64_t)time(NULL) + d->o->token_ttl;
        d->last_expiry = expiry > d->last_expiry ? expiry : d->last_expiry + 1;
        token_mint(&token, d->o->id, d->o->secret, d->last_expiry);
    }
    info(1, "dial %s: attempt %u%s", buf_cstr(&d->url), d->attempt, token.len ? "" : ", unauthenticated");
    link_dial(d->link, token.len ? buf_cstr(&token) : NULL);
    if (token.p)
        memset(token.p, 0, token.len);
    buf_free(&token);
}

static void emit_open(struct dial *d)
{
    struct buf m = {0};
    buf_printf(&m, ",\"attempt\":%u,\"url\":", d->attempt);
    json_quote(&m, d->url.p, d->url.len);
    dial_emit_link(d, "open", buf_cstr(&m));
    buf_free(&m);
}

/* Gives a frame that was taken to this connection. It is owed already, or becomes so. */
static void send_again(struct dial *d, struct span line, bool hello)
{
    struct json_error e;
    if (!frame_parse(&d->frame, line, &e) || (d->frame.type == FRAME_HELLO) != hello)
        return;
    d->number = link_send(d->link, line);
    if (!hello) {
        ledger_renumber(d->ledger, &d->frame, d->number);
        return;
    }
    ledger_owe(d->ledger, &d->frame, d->number, clock_ms());
    record_frame(&d->record, "up", line);
}

void dial_opened(struct dial *d)
{
    struct buf unsent = {0};
    info(1, "open link: %s", buf_cstr(&d->url));
    emit_open(d);
    d->attempt = 0;
    d->flipped = false;
    /* First the hellos, then what no connection was handed; a hello among that is one of the former. */
    link_take_unsent(d->link, &unsent);
    for (size_t i = 0; i < d->n_hellos; i++)
        send_again(d, buf_as_span(&d->hellos[i].line), true);
    for (size_t at = 0; at < unsent.len;) {
        size_t n = (size_t)((char *)memchr(unsent.p + at, '\n', unsent.len - at) - (unsent.p + at));
        send_again(d, (struct span){unsent.p + at, n}, false);
        at += n + 1;
    }
    buf_free(&unsent);
}

/* In a ring that still turns the asker has its answer; anywhere else a missing reply is the user's to know.
 */
static void fail_owed(struct dial *d)
{
    if (!d->o->command || d->head.fd < 0 || d->head_closing)
        dial_fail(d, EX_TEMPFAIL);
}

void dial_overdue(struct dial *d, const char *all)
{
    const struct owed *o;
    while ((o = all ? ledger_each(d->ledger, NULL) : ledger_overdue(d->ledger, clock_ms()))) {
        if (o->type == FRAME_OUTBOUND) {
            complain("settle outbound %.*s: no result %s", (int)o->key.n, o->key.p,
                     all ? all : "within 30 s");
            dial_emit_result(d, o->key, span_of("relay outbound timed out"), true);
            fail_owed(d);
        } else if (o->type == FRAME_HELLO) {
            complain("settle hello %.*s: no descriptor %s", (int)o->key.n, o->key.p,
                     all ? all : "within 30 s");
            dial_fail(d, all ? EX_TEMPFAIL : EX_PROTOCOL);
        } else {
            complain("settle going_idle: no going_idle_ack %s", all ? all : "within 10 s");
            dial_fail(d, EX_TEMPFAIL);
            d->idle_passed = false;
            if (d->phase == DRAINING)
                dial_start_end(d, 0);
        }
        ledger_close(d->ledger, o);
    }
}

static const char *by_whom(const struct link_end *e)
{
    return e->by == LINK_BY_PEER   ? "peer"
           : e->by == LINK_BY_US   ? "us"
           : e->by == LINK_BY_HTTP ? "http"
                                   : "network";
}

/* One line for each end of a connection or dial. */
static void tell_end(struct dial *d, const struct link_end *e, bool was_open)
{
    struct buf m = {0};
    if (e->reason.len)
        buf_printf(&m, " %.*s", (int)e->reason.len, e->reason.p);
    if (!was_open && e->by != LINK_BY_PEER)
        complain("dial %s:%s", buf_cstr(&d->url), m.len ? buf_cstr(&m) : " given up");
    else
        warn("close link: by %s: %d%s", by_whom(e), e->code, m.len ? buf_cstr(&m) : "");
    buf_free(&m);
}

static void emit_end(struct dial *d, const struct link_end *e, bool final, bool revoked)
{
    struct buf m = {0};
    buf_printf(&m, ",\"code\":%d,\"reason\":", e->code);
    json_quote(&m, e->reason.p, e->reason.len);
    if (final)
        buf_printf(&m, ",\"by\":\"%s\"%s", by_whom(e), revoked ? ",\"relay_disabled\":true" : "");
    else
        buf_printf(&m, ",\"retry_in\":%.3f",
                   d->redial_at > clock_ms() ? (double)(d->redial_at - clock_ms()) / 1000 : 0);
    dial_emit_link(d, final ? "closed" : "lost", buf_cstr(&m));
    buf_free(&m);
}

/* The next owed reply that the end of the connection decides; `final`: nothing will be sent any more. */
static const struct owed *next_decided(struct dial *d, bool final)
{
    uint64_t sent = link_sent(d->link);
    const struct owed *o = NULL;
    while ((o = ledger_each(d->ledger, o)))
        if (final || o->frame <= sent || o->type == FRAME_HELLO)
            return o;
    return NULL;
}

static void settle_lost(struct dial *d, bool final)
{
    const struct owed *o;
    while ((o = next_decided(d, final))) {
        bool sent = o->frame <= link_sent(d->link);
        if (o->type == FRAME_OUTBOUND) {
            const char *error = sent                 ? "relay transport connection lost"
                                : d->phase > SERVING ? "relay transport closed"
                                                     : "relay transport not connected";
            complain("settle outbound %.*s: %s", (int)o->key.n, o->key.p, error);
            dial_emit_result(d, o->key, span_of(error), sent);
            fail_owed(d);
        } else if (final) {
            bool hello = o->type == FRAME_HELLO;
            complain(hello ? "settle hello: no descriptor, the link has ended"
                           : "settle going_idle: no going_idle_ack, the link has ended");
            dial_fail(d, hello ? EX_PROTOCOL : EX_TEMPFAIL);
        }
        if (o->type == FRAME_GOING_IDLE)
            d->idle_passed = false;
        ledger_close(d->ledger, o);
    }
}

static int status_of(const struct dial *d, const struct link_end *e)
{
    if (e->code == WS_AUTH_REFUSED || e->http == 401 || e->http == 403)
        return EX_NOPERM;
    if (e->broken)
        return EX_PROTOCOL;
    if (e->by == LINK_BY_US || (e->by == LINK_BY_PEER && e->code == WS_NORMAL))
        return EX_OK;
    return d->phase == CLOSING ? EX_OK : EX_UNAVAILABLE;
}

/* Whether to dial once more, and when. */
static bool schedule(struct dial *d, enum auth_verdict verdict)
{
    bool ending = d->phase > SERVING && (d->phase != SETTLING || !link_pending(d->link) || d->expired);
    if (ending || verdict == AUTH_REVOKED || d->failures >= (uint64_t)d->o->retry)
        return false;
    d->failures++;
    d->redial_at = clock_ms();
    if (verdict == AUTH_ORDINARY)
        d->redial_at += backoff_delay(d->failures, random_word());
    return true;
}

/* What was taken, and no connection will be handed any more. */
static void count_unsent(struct dial *d)
{
    struct buf b = {0};
    struct json_error e;
    link_take_unsent(d->link, &b);
    for (size_t at = 0; at < b.len;) {
        size_t n = (size_t)((char *)memchr(b.p + at, '\n', b.len - at) - (b.p + at));
        /* Outbounds are told one by one, with their results. */
        if (frame_parse(&d->frame, (struct span){b.p + at, n}, &e) && d->frame.type != FRAME_OUTBOUND)
            d->unsent++;
        at += n + 1;
    }
    buf_free(&b);
}

static void end_for_good(struct dial *d)
{
    settle_lost(d, true);
    count_unsent(d);
    d->link_over = true;
    d->redial_at = INT64_MAX;
}

void dial_abandon(struct dial *d, const char *why)
{
    complain("dial %s: %s", buf_cstr(&d->url), why);
    link_close(d->link, WS_NORMAL, "");
    end_for_good(d);
    dial_emit_link(d, "closed", ",\"code\":1000,\"reason\":\"\",\"by\":\"us\"");
}

void dial_lost(struct dial *d)
{
    const struct link_end *e = link_end(d->link);
    bool was_open = d->attempt == 0;
    struct buf reason = {0};
    buf_span(&reason, buf_as_span(&e->reason));
    enum auth_verdict verdict = auth_ended(&d->auth, d->had_descriptor, e->code, buf_cstr(&reason));
    buf_free(&reason);
    tell_end(d, e, was_open);
    if (clock_ms() >= d->stable_at)
        d->failures = 0;
    d->stable_at = INT64_MAX;
    bool final = !schedule(d, verdict);
    if (final) {
        if (was_open && link_stuck(d->link)) {
            complain("send frames: the last %zu bytes did not get out", link_stuck(d->link));
            dial_fail(d, EX_UNAVAILABLE);
        }
        end_for_good(d);
        dial_fail(d, status_of(d, e));
        if (verdict == AUTH_REVOKED)
            complain("relay_disabled: the credential is revoked");
    } else {
        settle_lost(d, false);
    }
    emit_end(d, e, final, verdict == AUTH_REVOKED);
}
