/* SPDX-License-Identifier: MIT */
/* How a COMMAND begins: first the files of its message come, if they are wanted. */
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "run/address.h"
#include "run/env.h"
#include "run/launch.h"
#include "run/state.h"

void worker_report(const struct worker_options *o, const struct turn *t, const char *fmt, ...)
{
    struct buf m = {0};
    va_list ap;
    buf_printf(&m, "run %s for ", o->argv[0]);
    turn_name(&m, t);
    buf_str(&m, ": ");
    va_start(ap, fmt);
    buf_vprintf(&m, fmt, ap);
    va_end(ap);
    complain("%s", buf_cstr(&m));
    buf_free(&m);
}

void launch_typing(struct worker *w, struct filter *f)
{
    struct buf action = {0};
    address_typing(&action, w->turn, false);
    requests_emit(w->requests, f, w->turn, &action, NULL);
    buf_free(&action);
    w->typing_at = clock_ms() + WORKER_TYPING;
}

bool launch_pending(const struct worker *w)
{
    return w->fetch.on || w->start_at < INT64_MAX;
}

const struct platform *worker_platform(const struct worker *w, const struct turn *t)
{
    struct buf name = {0};
    platform_decode(&name, json_find(t->source, "platform"));
    const struct platform *p = platforms_find(w->platforms, buf_as_span(&name));
    buf_free(&name);
    return p;
}

/* Starts the process of COMMAND. Returns 0 or the errno of what failed. */
static int start_process(struct worker *w, const struct turn *t)
{
    struct buf state = {0};
    int error = w->o->state ? state_make(&state, w->o->state, t) : 0;
    if (error) {
        worker_report(w->o, t, "make %s: %s", buf_cstr(&state), strerror(error));
    } else {
        char **vars = environment_make(t, worker_platform(w, t), w->o->state ? buf_cstr(&state) : NULL);
        error = process_start(&w->process, w->o->argv, vars, w->o->kill_after, w->o->max);
        environment_free(vars);
    }
    buf_free(&state);
    return error;
}

static int start_command(struct worker *w, const struct filter *f, struct turn *t)
{
    int error = start_process(w, t);
    if (error)
        return error;
    w->start_at = INT64_MAX;
    w->timeout_at = w->o->timeout < INT64_MAX ? clock_ms() + w->o->timeout : INT64_MAX;
    process_give(&w->process, buf_as_span(&t->line)); /* if it fails, COMMAND does not want its input */
    w->asked = false;
    if (!w->o->interactive || f->ended)
        process_give_last(&w->process);
    return 0;
}

/* Starts to fetch the files of the message, or if there are none COMMAND. */
static int start_first(struct worker *w, struct filter *f, struct turn *t)
{
    if (!w->o->media || !fetch_wanted(t))
        return start_command(w, f, t);
    int error = fetch_start(&w->fetch, &w->process, w->o->media, t, w->o->kill_after, w->o->max);
    if (!error || fate_start_waits(error, 1))
        return error;
    worker_report(w->o, t, "its files are not fetched: %s", strerror(error));
    filter_fail(f, EX_IOERR);
    return start_command(w, f, t);
}

int worker_start(struct worker *w, struct filter *f, struct turn *t, bool typing)
{
    w->timeout_at = w->start_at = INT64_MAX;
    int error = start_first(w, f, t);
    if (error)
        return error;
    requests_leave(t);
    w->turn = t;
    w->cause = CAUSE_EXIT;
    w->typing_at = INT64_MAX;
    if (typing)
        launch_typing(w, f);
    return 0;
}

/* The files are there, or will not come: makes room for COMMAND. */
static void end_fetch(struct worker *w, struct filter *f)
{
    int status = fetch_take(&w->fetch, &w->process, w->turn);
    process_finish(&w->process);
    reader_free(&w->process.out);
    w->process.left = false;
    if (status && w->cause == CAUSE_EXIT) {
        worker_report(w->o, w->turn, "not all of its files were fetched (relay-media: %s %d)",
                      w->fetch.late ? "time-out, status" : "exit status", status);
        filter_fail(f, EX_NO);
    }
    w->start_at = clock_ms();
}

bool launch_ready(struct worker *w, struct filter *f, const struct pollset *ps, bool ended)
{
    int64_t now = clock_ms();
    if (w->fetch.on) {
        if (ended)
            process_check(&w->process);
        process_ready(&w->process, ps, true);
        if (!fetch_over(&w->fetch, &w->process))
            return false;
        end_fetch(w, f);
    }
    if (w->cause != CAUSE_EXIT)
        return true;
    int error = now >= w->start_at ? start_command(w, f, w->turn) : 0;
    if (error && fate_start_waits(error, 0)) {
        w->start_at = now + FATE_START_WAIT;
    } else if (error) {
        w->cause = CAUSE_START;
        w->start_error = error;
    }
    return w->cause != CAUSE_EXIT;
}
