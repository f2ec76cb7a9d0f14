/* SPDX-License-Identifier: MIT */
/* The agent's process. */
#include <stdlib.h>
#include <string.h>

#include "acp/agent.h"
#include "acp/words.h"
#include "base/clock.h"
#include "base/diag.h"
#include "run/fate.h"
#include "json/write.h"

static void give(struct agent *a)
{
    /* one that has closed its stdin is of no use */
    if (!process_give(&a->process, buf_as_span(&a->line)))
        agent_stop(a);
    a->line.len = 0;
}

int64_t agent_request(struct agent *a, const char *method, struct span params)
{
    rpc_request(&a->line, ++a->id, method, params);
    give(a);
    return a->id;
}

void agent_notify(struct agent *a, const char *method, struct span params)
{
    rpc_notify(&a->line, method, params);
    give(a);
}

void agent_result(struct agent *a, struct span id, struct span result)
{
    rpc_result(&a->line, id, result);
    give(a);
}

void agent_error(struct agent *a, struct span id, int code, const char *message)
{
    rpc_error(&a->line, id, code, message);
    give(a);
}

static void initialize(struct agent *a)
{
    struct buf params = {0};
    buf_printf(&params,
               "{\"protocolVersion\":%d,\"clientCapabilities\":{\"fs\":{\"readTextFile\":true,"
               "\"writeTextFile\":true},"
               "\"terminal\":false},\"clientInfo\":{\"name\":\"relay-acp\",\"version\":\"" RELAY_VERSION
               "\"}}",
               AGENT_VERSION);
    a->handshake = agent_request(a, "initialize", buf_as_span(&params));
    buf_free(&params);
}

bool agent_run(struct agent *a, int64_t now)
{
    if (a->state != AGENT_DOWN || now < a->start_at)
        return true;
    int error = process_start(&a->process, a->argv, NULL, a->kill_after, a->max);
    if (error) {
        complain("run %s: %s", a->argv[0], strerror(error));
        a->start_at = now + fate_backoff(++a->failures);
        return ++a->unready < a->attempts;
    }
    a->state = AGENT_STARTING;
    a->stopped = false;
    a->started_at = now;
    a->bound_at = now + a->patience;
    initialize(a);
    return true;
}

bool agent_runs(const struct agent *a)
{
    return a->state != AGENT_DOWN;
}

bool agent_reads(const struct agent *a)
{
    return writer_pending(&a->process.in) < IO_HIGH_WATER;
}

void agent_prepare(struct agent *a, struct pollset *ps, bool room)
{
    if (!agent_runs(a))
        return;
    process_prepare(&a->process, ps, room && agent_reads(a));
    if (room && agent_reads(a) && (reader_ready(&a->process.out) || process_over(&a->process)))
        pollset_until(ps, 0);
    if (a->state == AGENT_STARTING || a->state == AGENT_LEAVING)
        pollset_until(ps, a->bound_at);
}

/* An agent that does not answer the handshake, or does not end. */
static void expire(struct agent *a, int64_t now)
{
    bool bound = a->state == AGENT_STARTING || a->state == AGENT_LEAVING;
    if (!bound || now < a->bound_at)
        return;
    if (a->state == AGENT_STARTING)
        complain("run %s: no answer to the handshake, it is ended", a->argv[0]);
    agent_stop(a);
}

void agent_ready(struct agent *a, const struct pollset *ps, bool ended, bool room)
{
    if (!agent_runs(a))
        return;
    if (ended)
        process_check(&a->process);
    process_ready(&a->process, ps, room && agent_reads(a));
    expire(a, clock_ms());
}

bool agent_is_over(const struct agent *a)
{
    return agent_runs(a) && process_over(&a->process);
}

bool agent_over(struct agent *a, struct buf *how, int64_t now)
{
    int status = a->process.status;
    if (status > 128)
        buf_printf(how, "killed by signal %d", status - 128);
    else
        buf_printf(how, "exit status %d", status);
    if (now - a->started_at >= AGENT_STABLE)
        a->failures = 0;
    a->unready = a->state == AGENT_STARTING ? a->unready + 1 : 0;
    process_finish(&a->process);
    reader_free(&a->process.out);
    a->process.out = (struct reader){.fd = -1};
    a->start_at = now + fate_backoff(++a->failures);
    a->state = AGENT_DOWN;
    return a->unready < a->attempts;
}

static void learn(struct agent *a, struct span result)
{
    struct span can = json_find(result, "agentCapabilities");
    struct span sessions = json_find(can, "sessionCapabilities");
    a->load = json_is_true(json_find(can, "loadSession"));
    a->resume = json_is_object(json_find(sessions, "resume"));
    a->images = json_is_true(json_find(json_find(can, "promptCapabilities"), "image"));
    a->close = json_is_object(json_find(sessions, "close"));
}

static void authenticate(struct agent *a)
{
    struct buf params = {0};
    json_begin(&params, '{');
    json_add_str(&params, "methodId", a->auth);
    json_end(&params, '}');
    a->handshake = agent_request(a, "authenticate", buf_as_span(&params));
    buf_free(&params);
}

static const char *refuse(struct agent *a, struct buf *text, const char *what, const struct rpc *m)
{
    buf_printf(text, "%s: ", what);
    rpc_reason(text, m->error);
    agent_stop(a);
    return buf_cstr(text);
}

const char *agent_handshake(struct agent *a, const struct rpc *m, struct buf *text)
{
    struct span version = json_find(m->result, "protocolVersion");
    bool first = version.p != NULL;
    a->handshake = 0;
    if (m->error.p)
        return refuse(a, text, "it refuses the handshake", m);
    if (first && !span_eq(version, "1")) {
        buf_str(text, "it does not speak version 1 of the protocol, but ");
        words_cut(text, version, 20);
        agent_stop(a);
        return buf_cstr(text);
    }
    if (first)
        learn(a, m->result);
    if (first && a->auth) {
        authenticate(a);
        return NULL;
    }
    a->state = AGENT_READY;
    a->unready = 0;
    return NULL;
}

void agent_leave(struct agent *a, int64_t now)
{
    if (!agent_runs(a) || a->state == AGENT_LEAVING)
        return;
    a->state = AGENT_LEAVING;
    a->stopped = true;
    a->bound_at = now + a->kill_after;
    process_give_last(&a->process);
}

void agent_stop(struct agent *a)
{
    if (!agent_runs(a))
        return;
    a->stopped = true;
    a->bound_at = INT64_MAX;
    process_stop(&a->process);
}

void agent_free(struct agent *a)
{
    if (agent_runs(a))
        process_finish(&a->process);
    reader_free(&a->process.out);
    buf_free(&a->line);
}
