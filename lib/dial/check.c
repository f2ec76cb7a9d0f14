/* SPDX-License-Identifier: MIT */
/* A look at a connector. */

#include "base/clock.h"
#include "base/diag.h"
#include "base/sig.h"
#include "dial/check.h"
#include "dial/findings.h"
#include "dial/ledger.h"
#include "dial/probed.h"
#include "relay/descriptor.h"
#include "relay/identity.h"
#include "relay/secret.h"
#include "relay/token.h"
#include "relay/ws.h"

enum { PONG_PATIENCE = 10000, CLOSE_PATIENCE = 3000 }; /* ms */

struct check {
    const struct dial_options *o;
    struct link *link;
    struct pollset ps;
    struct findings found;
    int64_t end; /* of --max-time, by clock_ms() */
    struct buf descriptor;
    size_t live, buffered; /* messages that came here */
    struct frame frame;
};

/* ---- waiting ---- */

static void take_line(struct check *c, struct span line)
{
    struct json_error e;
    if (line_blank(line) || !frame_parse(&c->frame, line, &e))
        return;
    if (c->frame.type == FRAME_DESCRIPTOR && !c->descriptor.len)
        buf_span(&c->descriptor, frame_get(&c->frame, "descriptor"));
    else if (frame_buffered(&c->frame))
        c->buffered++;
    else if (c->frame.type == FRAME_INBOUND || c->frame.type == FRAME_PASSTHROUGH_FORWARD)
        c->live++;
}

static void step(struct check *c, int64_t until)
{
    struct span line;
    enum reader_got got;
    pollset_clear(&c->ps);
    link_prepare(c->link, &c->ps, true);
    pollset_until(&c->ps, until);
    if (!pollset_wait(&c->ps))
        die(EX_OSERR, "poll:");
    link_ready(c->link, &c->ps, true);
    while ((got = link_next(c->link, &line)) != READER_MORE)
        if (got == READER_LINE)
            take_line(c, line);
}

static bool is_open(const struct check *c)
{
    return link_phase(c->link) != LINK_DIALLING;
}

static bool is_answered(const struct check *c)
{
    struct link_facts f;
    link_facts(c->link, &f);
    return f.ping_us >= 0;
}

static bool is_greeted(const struct check *c)
{
    return c->descriptor.len;
}

static bool is_down(const struct check *c)
{
    return link_phase(c->link) == LINK_DOWN;
}

/* Whether that came true within so many ms, before the link went down. */
static bool wait_for(struct check *c, bool (*is_so)(const struct check *), int64_t ms)
{
    int64_t until = clock_ms() + ms;
    until = until < c->end ? until : c->end;
    while (!is_so(c) && !is_down(c) && clock_ms() < until)
        step(c, until);
    return is_so(c);
}

/* ---- the steps ---- */

/* Why the link is down, as the finding of a step; or that the step took too long. */
static void find_end(struct check *c, const char *step_name, const char *late)
{
    const struct link_end *e = link_end(c->link);
    struct buf text = {0};
    bool refused = e->code == WS_AUTH_REFUSED || e->http == 401 || e->http == 403;
    if (!is_down(c))
        buf_str(&text, late);
    else if (e->by == LINK_BY_PEER)
        buf_printf(&text, "closed by the connector: %d ", e->code);
    if (is_down(c))
        buf_span(&text, buf_as_span(&e->reason));
    finding(&c->found,
            !is_down(c) ? EX_UNAVAILABLE
            : refused   ? EX_NOPERM
            : e->broken ? EX_PROTOCOL
                        : EX_UNAVAILABLE,
            step_name, buf_cstr(&text));
    buf_free(&text);
}

static bool check_dial(struct check *c)
{
    struct buf token = {0}, text = {0};
    struct link_facts f;
    struct link_probe p;
    if (c->o->id)
        token_mint(&token, c->o->id, c->o->secret, clock_wall_s() + c->o->token_ttl);
    link_dial(c->link, token.len ? buf_cstr(&token) : NULL);
    bool open = wait_for(c, is_open, c->o->link.connect_timeout) && link_phase(c->link) == LINK_OPEN;
    link_probe(c->link, &p);
    link_facts(c->link, &f);
    probed_before(&c->found, c->o, &p);
    if (open) {
        buf_printf(&text, "%s", f.peer);
        probed_ms(&text, "name", p.lookup);
        probed_ms(&text, "connect", p.connect - p.lookup);
        probed_ms(&text, "upgrade", p.upgrade);
        finding(&c->found, EX_OK, "dial", buf_cstr(&text));
        finding_number(&c->found, "dial", (double)p.upgrade / 1000000, "s");
    } else {
        find_end(c, "dial", "no answer in time");
    }
    probed_after(&c->found, c->o, &p);
    secret_forget(&token);
    buf_free(&text);
    return open;
}

static bool check_ping(struct check *c)
{
    struct buf b = {0};
    struct link_facts f;
    link_ping(c->link);
    bool ok = wait_for(c, is_answered, PONG_PATIENCE);
    link_facts(c->link, &f);
    if (ok) {
        buf_printf(&b, "answered in %.1f ms", (double)f.ping_us / 1000);
        finding(&c->found, EX_OK, "ping", buf_cstr(&b));
        finding_number(&c->found, "ping", (double)f.ping_us / 1000000, "s");
    } else {
        find_end(c, "ping", "not answered in time");
    }
    buf_free(&b);
    return ok;
}

static void find_descriptor(struct check *c, int64_t us)
{
    struct buf b = {0}, why = {0}, normal = {0};
    struct span all = buf_as_span(&c->descriptor), label, platform;
    if (descriptor_normalise(&normal, all, &why)) {
        JSON_PICK(buf_as_span(&normal), {"label", &label}, {"platform", &platform});
        json_decode(&b, platform);
        buf_str(&b, ", ");
        json_decode(&b, label);
        probed_ms(&b, "in", us);
        finding(&c->found, EX_OK, "descriptor", buf_cstr(&b));
        finding_number(&c->found, "descriptor", (double)us / 1000000, "s");
    } else {
        buf_printf(&b, "not valid: %s", buf_cstr(&why));
        finding(&c->found, EX_PROTOCOL, "descriptor", buf_cstr(&b));
    }
    buf_free(&b);
    buf_free(&why);
    buf_free(&normal);
}

static void check_hello(struct check *c, const char *who)
{
    struct identities ids = {0};
    struct buf line = {0};
    identity_parse(&ids, who);
    identity_resolve(&ids, (struct span){NULL, 0});
    identity_hello(&line, &ids.v[0], (struct span){NULL, 0});
    int64_t from = clock_us();
    link_send(c->link, buf_as_span(&line));
    if (wait_for(c, is_greeted, LEDGER_HELLO_MS))
        find_descriptor(c, clock_us() - from);
    else
        find_end(c, "descriptor", "none came in time");
    identities_free(&ids);
    buf_free(&line);
}

/* What the hello has brought here instead of to the ring that serves this gateway. */
static void find_messages(struct check *c)
{
    struct buf b = {0};
    if (!c->live && !c->buffered)
        return;
    buf_printf(&b, "%zu live ones came here and are lost, %zu buffered ones come again", c->live,
               c->buffered);
    finding(&c->found, c->live ? EX_TEMPFAIL : EX_OK, "messages", buf_cstr(&b));
    buf_free(&b);
}

int check_run(const struct dial_options *o, const char *hello, enum check_format format)
{
    struct check c = {.o = o, .end = o->max_time ? clock_ms() + o->max_time : INT64_MAX};
    findings_open(&c.found, format == CHECK_NAGIOS);
    sig_ignore_pipe();
    c.link = link_new(&o->link);
    if (check_dial(&c) && check_ping(&c) && hello)
        check_hello(&c, hello);
    link_close(c.link, WS_NORMAL, "");
    step(&c, 0);
    wait_for(&c, is_down, CLOSE_PATIENCE);
    find_messages(&c);
    link_free(c.link);
    pollset_free(&c.ps);
    buf_free(&c.descriptor);
    frame_free(&c.frame);
    return findings_close(&c.found);
}
